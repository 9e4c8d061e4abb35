package dev.dynode.edge.api.dynos;

import dev.dynode.edge.api.json.Named;
import org.jspecify.annotations.Nullable;

/**
 * A dyno. Beyond the schema, for ended ones: {@code exit_status}, {@code ended_at} and {@code
 * cause} (how it ended, such as {@code exited} or {@code hung_up}).
 */
public record DynoJson(
    String id,
    String name,
    String type,
    String command,
    String size,
    String state,
    @Nullable String attachUrl,
    Release release,
    Named app,
    String createdAt,
    String updatedAt,
    @Nullable Integer exitStatus,
    @Nullable String endedAt,
    @Nullable String cause) {

  /** The release it runs. */
  public record Release(String id, int version) {}
}
