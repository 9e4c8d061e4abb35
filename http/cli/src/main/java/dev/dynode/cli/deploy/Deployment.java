package dev.dynode.cli.deploy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.dynode.cli.client.ApiClient;
import dev.dynode.cli.client.Json;
import dev.dynode.cli.failure.CommandFailed;
import dev.dynode.cli.failure.Reason;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Makes a folder the current release of an app. */
public final class Deployment {
  private static final int SHORT_CHECKSUM = 8;
  private static final int MOST_NOTES = 20;

  private final ApiClient api;
  private final Packer packer;
  private final Set<Path> excluded;
  private List<String> notes = List.of();

  /**
   * @param excluded absolute paths that never belong to an app, such as the node's data folder
   */
  public Deployment(ApiClient api, Packer packer, Set<Path> excluded) {
    this.api = api;
    this.packer = packer;
    this.excluded = excluded;
  }

  /** The new release as the API tells it. */
  public JsonNode deploy(String app, Path folder) {
    return release(app, folder, false).orElseThrow();
  }

  /** The new release, or empty when the app already runs this content. */
  public Optional<JsonNode> deployIfChanged(String app, Path folder) {
    return release(app, folder, true);
  }

  /** What of the folder is not deployed as it is on disk, a line each. */
  public List<String> notes() {
    if (notes.size() <= MOST_NOTES) {
      return notes;
    }
    return Stream.concat(
            notes.stream().limit(MOST_NOTES),
            Stream.of("... and " + (notes.size() - MOST_NOTES) + " more like these."))
        .toList();
  }

  private Optional<JsonNode> release(String app, Path folder, boolean onlyIfChanged) {
    if (!Files.isDirectory(folder)) {
      throw new CommandFailed("There is no folder " + folder + ".");
    }
    try {
      Path archive = Files.createTempFile("dynode-slug", ".tgz");
      try {
        String digest = pack(folder, archive);
        String checksum = "SHA256:" + digest;
        if (onlyIfChanged && checksum.equals(current(app))) {
          return Optional.empty();
        }
        ObjectNode slug = Json.object().put("checksum", checksum);
        processTypes(folder, slug.putObject("process_types"));
        JsonNode created = api.post("/apps/" + app + "/slugs", slug);
        JsonNode blob = created.path("blob");
        api.upload(
            blob.path("method").asText("put").toUpperCase(Locale.ROOT),
            URI.create(blob.path("url").asText()),
            archive);
        return Optional.of(
            api.post(
                "/apps/" + app + "/releases",
                Json.object()
                    .put("slug", created.path("id").asText())
                    .put("description", "Deploy " + digest.substring(0, SHORT_CHECKSUM))));
      } finally {
        Files.deleteIfExists(archive);
      }
    } catch (IOException e) {
      throw new CommandFailed("Cannot pack " + folder + ": " + Reason.of(e));
    }
  }

  private String pack(Path folder, Path archive) throws IOException {
    try (OutputStream file = Files.newOutputStream(archive);
        DigestOutputStream out = new DigestOutputStream(file, sha256())) {
      notes = packer.pack(folder, excluded, out);
      out.flush();
      return HexFormat.of().formatHex(out.getMessageDigest().digest());
    }
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private void processTypes(Path folder, ObjectNode into) throws IOException {
    Path procfile = folder.resolve("Procfile");
    if (Files.exists(procfile, LinkOption.NOFOLLOW_LINKS)) {
      packer.processTypes(procfile).forEach(into::put);
    }
  }

  /** Checksum of what the app runs now; empty text when it runs nothing. */
  private String current(String app) {
    JsonNode slug =
        api.newest("/apps/" + app + "/releases", "version").path(0).path("slug").path("id");
    return slug.isTextual()
        ? api.get("/apps/" + app + "/slugs/" + slug.asText()).path("checksum").asText("")
        : "";
  }
}
