package dev.dynode.edge.api.history;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An app at some moment of its story. Of config vars there are the names only.
 *
 * @param sequence events of the app until then
 * @param release null: it had none yet
 */
public record AppStateJson(
    long sequence,
    String at,
    String name,
    String tier,
    boolean maintenance,
    @Nullable ReleaseJson release,
    List<String> configVars,
    Map<String, String> processTypes,
    List<DynoJson> dynos) {

  /** What new dynos ran then. */
  public record ReleaseJson(int version, String description, String by, String createdAt) {}

  /**
   * A dyno that took a slot then.
   *
   * @param startedAt when its command started; null: not yet
   */
  public record DynoJson(
      String id,
      String name,
      String size,
      String state,
      String command,
      int release,
      String createdAt,
      @Nullable String startedAt) {}
}
