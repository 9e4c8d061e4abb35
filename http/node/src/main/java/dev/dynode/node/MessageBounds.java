package dev.dynode.node;

import com.typesafe.config.Config;
import dev.dynode.domain.app.Limit;
import dev.dynode.domain.view.AppReading;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * How large the messages between nodes can get, by the limits of the configuration, in bytes. One
 * that is larger than a frame is thrown away, and asked for again in vain: an app with such an
 * answer could be reached by no other node.
 *
 * @param request what a client wants of an app, carried as it came
 * @param launch a dyno's spec and config, told to its host: the command stands there twice, the
 *     second time with a process type replaced by what its slug declares
 * @param dynos a page of dynos
 * @param releases a page of releases; descriptions are a client's, or name all config vars set and
 *     removed
 * @param slug a slug, or the process types that it declares
 * @param config config vars
 * @param refusal for a limit, which names the first who run
 * @param frame what fits
 */
record MessageBounds(
    long request,
    long launch,
    long dynos,
    long releases,
    long slug,
    long config,
    long refusal,
    long frame) {
  /** Names, times, ids and addresses of one message. */
  private static final long REST = 16 << 10;

  /** Text of one character, as UTF-8. */
  private static final int CHARACTER = 3;

  /** A dyno's name in a list. */
  private static final int NAME = 150;

  /** CBOR parts long texts; one byte in so many. */
  private static final int PARTS = 256;

  /** By the limits of the configuration. */
  static MessageBounds of(Config config) {
    long body = text(config.getBytes("dynode.api.max-json"));
    long command =
        Math.min(body, text((long) CHARACTER * config.getInt("dynode.apps.command-characters")));
    long vars = 2 * text(config.getBytes("dynode.apps.config-bytes")); // short ones: lengths count
    return new MessageBounds(
        body + REST,
        2 * body + command + vars + REST,
        AppReading.PAGE_BYTES + AppReading.ITEM_BYTES + command + REST,
        AppReading.PAGE_BYTES + AppReading.ITEM_BYTES + Math.max(body, 2 * vars) + REST,
        body + REST,
        vars + REST,
        (long) Limit.MOST_NAMED * NAME + REST,
        config.getBytes("pekko.remote.artery.advanced.maximum-frame-size"));
  }

  private static long text(long bytes) {
    return bytes + bytes / PARTS;
  }

  /**
   * The same of a configuration that keeps within frames.
   *
   * @throws IllegalArgumentException in one sentence, where it does not
   */
  static MessageBounds checked(Config config) {
    MessageBounds bounds = of(config);
    bounds
        .all()
        .forEach(
            (what, bytes) -> {
              if (bytes > bounds.frame) {
                throw new IllegalArgumentException(
                    String.format(
                        Locale.ROOT,
                        "A message between nodes (%s) could take %,d bytes, and %,d fit: lower dynode.api.max-json,"
                            + " dynode.apps.command-characters or config-bytes, or raise"
                            + " pekko.remote.artery.advanced.maximum-frame-size on all nodes.",
                        what,
                        bytes,
                        bounds.frame));
              }
            });
    return bounds;
  }

  /** By what they are. */
  private Map<String, Long> all() {
    var all = new LinkedHashMap<String, Long>();
    all.put("a request", request);
    all.put("a dyno's launch", launch);
    all.put("a page of dynos", dynos);
    all.put("a page of releases", releases);
    all.put("a slug", slug);
    all.put("config vars", config);
    all.put("a refusal that names who runs", refusal);
    return all;
  }
}
