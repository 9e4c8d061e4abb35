package dev.dynode.edge.attach;

import com.typesafe.config.Config;
import java.time.Duration;

/**
 * Limits of the rendezvous server; each is explained in {@code reference.conf} under {@code
 * dynode.rendezvous}. Sizes in bytes.
 */
public record RendezvousSettings(
    Duration handshakeTimeout,
    Duration tokenTimeout,
    int tokenMaxLength,
    Duration startTimeout,
    int maxUnauthenticated,
    int maxAttached,
    int backlog,
    int bufferSize,
    Duration markerHold,
    End end,
    Duration closeTimeout,
    Duration closeLimit,
    Duration hangUpTimeout,
    KeepAlive keepAlive) {

  public RendezvousSettings {
    atLeast("token-max-length", tokenMaxLength, 16);
    atLeast("max-unauthenticated", maxUnauthenticated, 1);
    atLeast("max-attached", maxAttached, 1);
    atLeast("buffer-size", bufferSize, 2048);
  }

  /** How long a connection outlives its process. */
  public record End(Duration afterGreeting, Duration afterInput) {}

  /** When the kernel asks a silent client's machine whether it is there. */
  public record KeepAlive(Duration idle, Duration interval, int count) {}

  /**
   * Reads the settings.
   *
   * @param config the whole configuration
   */
  public static RendezvousSettings from(Config config) {
    Config own = config.getConfig("dynode.rendezvous");
    return new RendezvousSettings(
        own.getDuration("handshake-timeout"),
        own.getDuration("token-timeout"),
        own.getInt("token-max-length"),
        own.getDuration("start-timeout"),
        own.getInt("max-unauthenticated"),
        own.getInt("max-attached"),
        own.getInt("backlog"),
        Math.toIntExact(own.getBytes("buffer-size")),
        own.getDuration("marker-hold"),
        new End(own.getDuration("end.after-greeting"), own.getDuration("end.after-input")),
        own.getDuration("close-timeout"),
        own.getDuration("close-limit"),
        own.getDuration("hang-up-timeout"),
        new KeepAlive(
            own.getDuration("keep-alive.idle"),
            own.getDuration("keep-alive.interval"),
            own.getInt("keep-alive.count")));
  }

  private static void atLeast(String key, int value, int least) {
    if (value < least) {
      throw new IllegalArgumentException(
          "dynode.rendezvous." + key + " is " + value + ", least is " + least);
    }
  }
}
