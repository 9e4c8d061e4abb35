package dev.dynode.node;

import static dev.dynode.node.NodeProcess.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** An app is deployed again and again; what nothing needs is removed, also across kills. */
@Timeout(900)
@Tag("process")
class DeploysTest {
  private static final int WINDOW = 5;
  private static final String[] CONFIG = {
    "dynode.apps.rollback-releases = " + WINDOW, "dynode.apps.slugs = 12"
  };

  private final HttpClient http = HttpClient.newHttpClient();
  private final List<String> slugs = new ArrayList<>();
  private @TempDir Path folder;

  @Test
  void slugsDoNotPileUpHoweverOftenAnAppIsDeployed() throws Exception {
    int deploys = Integer.getInteger("deploys", 24);
    long seed = Long.getLong("seed", System.nanoTime());
    System.out.println("DeploysTest -Dseed=" + seed);
    var random = new Random(seed);
    Path data = folder.resolve("data");
    String dyno = "";
    for (int left = deploys; left > 0; ) {
      NodeProcess node = NodeProcess.start(data, CONFIG);
      if (slugs.isEmpty()) {
        node.post("/apps", "{\"name\": \"demo\"}");
        deploy(node);
        dyno =
            node.post("/apps/demo/dynos", "{\"command\": \"cat number; sleep 900\"}")
                .path("name")
                .asText();
      }
      for (int most = deploys / 3 + random.nextInt(5); most > 0 && left > 0; most--, left--) {
        deploy(node);
      }
      node.kill();
    }
    try (NodeProcess node = NodeProcess.start(data, CONFIG)) {
      eventually("only slugs that are needed are kept", () -> kept(data).size() == WINDOW + 1);
      List<String> needed = new ArrayList<>(slugs.subList(slugs.size() - WINDOW, slugs.size()));
      needed.add(slugs.getFirst()); // a dyno runs it
      assertEquals(needed.stream().sorted().toList(), kept(data));
      HttpResponse<String> gone = node.call("GET", "/apps/demo/slugs/" + slugs.get(1), null);
      assertEquals(410, gone.statusCode(), gone.body());
      HttpResponse<String> back = node.call("POST", "/apps/demo/releases", "{\"release\": \"3\"}");
      assertEquals(422, back.statusCode());
      assertTrue(back.body().contains("the slug of v3 was removed"), back.body());
      int last = slugs.size() + 1;
      node.post("/apps/demo/releases", "{\"release\": \"" + (last - WINDOW + 2) + "\"}");
      node.call("POST", "/apps/demo/dynos/" + dyno + "/actions/stop", null);
      eventually("the dyno's goes with it", () -> !kept(data).contains(slugs.getFirst()));
      var verified = node.call("POST", "/verification", null).body();
      assertTrue(verified.contains("\"divergences\":0"), verified);
    }
  }

  private void deploy(NodeProcess node) throws Exception {
    JsonNode slug = node.post("/apps/demo/slugs", "{\"process_types\": {}}");
    HttpResponse<String> put =
        http.send(
            HttpRequest.newBuilder(URI.create(slug.path("blob").path("url").asText()))
                .PUT(HttpRequest.BodyPublishers.ofByteArray(archive(slugs.size())))
                .build(),
            HttpResponse.BodyHandlers.ofString());
    assertEquals(200, put.statusCode(), put.body());
    String id = slug.path("id").asText();
    node.post("/apps/demo/releases", "{\"slug\": \"" + id + "\"}");
    slugs.add(id);
  }

  private static byte[] archive(int number) throws Exception {
    var bytes = new ByteArrayOutputStream();
    try (var tar = new TarArchiveOutputStream(new GZIPOutputStream(bytes))) {
      byte[] content = ("number " + number).getBytes(java.nio.charset.StandardCharsets.UTF_8);
      var entry = new TarArchiveEntry("./app/number");
      entry.setSize(content.length);
      tar.putArchiveEntry(entry);
      tar.write(content);
      tar.closeArchiveEntry();
    }
    return bytes.toByteArray();
  }

  private static List<String> kept(Path data) throws Exception {
    try (Stream<Path> all = Files.list(data.resolve("slugs"))) {
      return all.map(slug -> slug.getFileName().toString())
          .filter(name -> !name.startsWith("."))
          .sorted()
          .toList();
    }
  }
}
