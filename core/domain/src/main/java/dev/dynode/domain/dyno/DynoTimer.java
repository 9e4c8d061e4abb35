package dev.dynode.domain.dyno;

/** The deadlines of a dyno. */
public enum DynoTimer {
  /** A client must have attached. */
  ATTACH,
  /** The next SIGHUP, or R16. */
  HANGUP,
  /** Time to live, or the longest life. */
  LIFE,
  /** SIGTERM was not obeyed. */
  GRACE
}
