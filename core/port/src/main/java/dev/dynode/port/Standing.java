package dev.dynode.port;

import java.time.Duration;

/** What the database of a cluster has said of this node. Thread-safe; does not wait. */
public interface Standing {

  /**
   * Time since a question was sent, not answered, whose answer was that this node is a member of
   * the newest cluster. Very long where there was no such answer.
   */
  Duration confirmedAgo();

  /** The number of that cluster; 0: none is known yet. */
  long cluster();
}
