package dev.dynode.node;

import java.net.URI;

/** Starts a node in this JVM. */
@FunctionalInterface
public interface NodeStarter {
  /**
   * Returns once the node serves. It has then written {@code node.json} and {@code credentials}
   * into its data folder.
   *
   * @throws Exception with a message for the person at the terminal, when it cannot serve
   */
  RunningNode start(NodeSettings settings) throws Exception;

  /** A node that serves. Thread-safe. */
  interface RunningNode extends AutoCloseable {
    /** Base address of the Platform API. */
    URI api();

    /** Host and port of the rendezvous, {@code 127.0.0.1:5101}. */
    String rendezvous();

    /** Host and port of the router. */
    String router();

    /** Waits until the node has stopped, by itself (transient) or by {@link #close}. */
    void awaitStop() throws InterruptedException;

    /** Stops the node in order and returns when it has stopped; idempotent. */
    @Override
    void close();
  }
}
