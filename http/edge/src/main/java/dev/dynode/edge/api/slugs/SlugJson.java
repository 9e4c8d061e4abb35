package dev.dynode.edge.api.slugs;

import dev.dynode.edge.api.json.Named;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A slug; its blob is where to put the archive, or to get it once it is stored. */
public record SlugJson(
    String id,
    Blob blob,
    Map<String, String> processTypes,
    @Nullable String checksum,
    @Nullable Long size,
    @Nullable String commit,
    @Nullable String commitDescription,
    @Nullable String buildpackProvidedDescription,
    Named stack,
    String createdAt,
    String updatedAt,
    @Nullable String deletedAt) {

  /** Method and address. */
  public record Blob(String method, String url) {}
}
