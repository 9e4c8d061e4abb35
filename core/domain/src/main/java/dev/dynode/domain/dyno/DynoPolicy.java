package dev.dynode.domain.dyno;

import java.time.Duration;

/**
 * The times of a dyno's life, fixed when it is created and journaled with it, so that a later
 * change of the configuration does not rewrite its story. Defaults are Heroku's.
 *
 * @param attachWithin a client must attach within this, else R13 (30 s)
 * @param idleAfter an attached connection without a byte in either direction is closed after this
 *     (1 h; Shield 15 min)
 * @param hangupEvery between two SIGHUPs after the client left (5 s)
 * @param hangups how many SIGHUPs before R16 (3)
 * @param life total life of a one-off dyno (24 h)
 * @param grace from SIGTERM to SIGKILL (30 s)
 */
public record DynoPolicy(
    Duration attachWithin,
    Duration idleAfter,
    Duration hangupEvery,
    int hangups,
    Duration life,
    Duration grace) {
  /** Heroku's own times, as its article "One-Off Dynos" gives them. */
  public static final DynoPolicy HEROKU =
      new DynoPolicy(
          Duration.ofSeconds(30),
          Duration.ofHours(1),
          Duration.ofSeconds(5),
          3,
          Duration.ofHours(24),
          Duration.ofSeconds(30));

  public DynoPolicy withIdleAfter(Duration idle) {
    return new DynoPolicy(attachWithin, idle, hangupEvery, hangups, life, grace);
  }
}
