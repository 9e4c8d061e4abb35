package dev.dynode.postgres;

import java.io.IOException;

/** The cluster of this node is over, and another has begun: the node must be started again. */
public final class ClusterOver extends IOException {
  private static final long serialVersionUID = 1;

  ClusterOver() {
    super("The cluster of this node is over, and another has begun; start this node again.");
  }
}
