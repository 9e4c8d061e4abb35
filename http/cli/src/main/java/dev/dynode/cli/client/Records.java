package dev.dynode.cli.client;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What was recorded, as the API tells it: asked of a node, or read in the folder of one that does
 * not run.
 */
public interface Records extends AutoCloseable {
  /** The names of all apps, sorted. */
  List<String> apps();

  /** The dynos of an app; those that ended only where all are asked for. */
  List<JsonNode> dynos(String app, boolean all);

  /** The app as it was at a moment. */
  JsonNode state(String app, Moment at);

  /** The story of an app or, where one is named, of a dyno. */
  Story story(String app, @Nullable String dyno);

  /**
   * The last lines of an app's log that pass.
   *
   * @param line says whether more are wanted
   */
  void log(String app, LogWish wish, Predicate<String> line);

  /**
   * Which lines of a log are wanted.
   *
   * @param dyno name or process type; null: all
   * @param source app or heroku; null: both
   */
  record LogWish(int lines, @Nullable String dyno, @Nullable String source) {}

  /** Where no node runs: since when things may be otherwise. */
  Optional<String> asOf();

  @Override
  void close();
}
