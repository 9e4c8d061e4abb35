package dev.dynode.node;

import java.io.IOException;
import java.net.URI;
import java.util.Optional;

/** Starts a node in this JVM. */
@FunctionalInterface
public interface NodeStarter {
  /**
   * Returns once the node serves. It has then written {@code node.json} and {@code credentials}
   * into its data folder. An interrupt of the calling thread ends the start in order.
   *
   * @throws Removed where it is to be started again
   * @throws Exception with a message for the person at the terminal, when it cannot serve
   */
  RunningNode start(NodeSettings settings) throws Exception;

  /** A start that failed because the node's cluster has gone on without it. */
  final class Removed extends IOException {
    private static final long serialVersionUID = 1;

    Removed(String message) {
      super(message);
    }
  }

  /** A node that serves. Thread-safe. */
  interface RunningNode extends AutoCloseable {
    /** Base address of the Platform API, of an edge. */
    Optional<URI> api();

    /** Host and port of the rendezvous, {@code 127.0.0.1:5101}, of a host. */
    Optional<String> rendezvous();

    /** Host and port of the router, of an edge. */
    Optional<String> router();

    /** Host and port at which others join, of a node in a cluster. */
    Optional<String> member();

    /** Port of {@code /live} and {@code /ready}, if they are served. */
    Optional<Integer> health();

    /** Whether it stopped because its cluster has gone on without it. */
    boolean removed();

    /** Waits until the node has stopped, by itself (transient) or by {@link #close}. */
    void awaitStop() throws InterruptedException;

    /** Stops the node in order and returns when it has stopped; idempotent. */
    @Override
    void close();
  }
}
