package dev.dynode.engine.actor;

import com.typesafe.config.Config;
import dev.dynode.domain.app.AppPolicy;
import dev.dynode.domain.dyno.DynoPolicy;
import java.util.Map;
import java.util.stream.Collectors;

/** Reads the rules' limits and times from {@code dynode.apps} and {@code dynode.dynos}. */
public final class Policies {
  private Policies() {}

  /**
   * After how many events the state of an app is kept.
   *
   * @param all of the actor system
   */
  public static int snapshotEvery(Config all) {
    int events = all.getInt("dynode.apps.snapshot-every");
    if (events < 1) {
      throw new IllegalArgumentException(
          "dynode.apps.snapshot-every is %d; it must be 1 or more, or apps are the slower to answer the older they are."
              .formatted(events));
    }
    return events;
  }

  /**
   * @param dynode the section {@code dynode}
   */
  public static AppPolicy from(Config dynode) {
    Config apps = dynode.getConfig("apps");
    Config limits = apps.getConfig("one-off-limits");
    Map<String, Integer> oneOff =
        limits.root().keySet().stream().collect(Collectors.toMap(tier -> tier, limits::getInt));
    Config dynos = dynode.getConfig("dynos");
    return new AppPolicy(
        oneOff,
        apps.getInt("command-characters"),
        apps.getInt("env-variables"),
        apps.getBytes("config-bytes").intValue(),
        dynos.getDuration("longest-time-to-live"),
        dynos.getDuration("shield-idle-after"),
        apps.getInt("slugs"),
        apps.getInt("rollback-releases"),
        new DynoPolicy(
            dynos.getDuration("attach-within"),
            dynos.getDuration("idle-after"),
            dynos.getDuration("hangup-every"),
            dynos.getInt("hangups"),
            dynos.getDuration("life"),
            dynos.getDuration("grace")));
  }
}
