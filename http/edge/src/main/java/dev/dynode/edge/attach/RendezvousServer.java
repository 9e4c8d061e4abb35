package dev.dynode.edge.attach;

import dev.dynode.port.AttachGateway;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where {@code heroku run} and our own client dial in: TLS, one line with the token, one line of
 * greeting, then raw bytes both ways. Behaviour as the heroku command 10.x and 11.x was measured to
 * need it ({@code src/lib/run/dyno.ts}): the greeting is a TLS record of its own (the client drops
 * the first one whole), a lone byte 0x04 ends the input of a process without a terminal, and the
 * connection outlives a short process until the client's input is over.
 *
 * <p>One thread accepts, one decides about time, and each connection has two virtual threads. A
 * client that does not read, does not speak, or does not finish its handshake holds up nobody else.
 */
public final class RendezvousServer implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(RendezvousServer.class);

  private final SSLContext context;
  private final AttachGateway desk;
  private final RendezvousSettings settings;
  private final Listener listener;
  private final AttachLimits lobby;
  private final ScheduledThreadPoolExecutor clock;
  private volatile boolean closed;

  /**
   * Binds and serves until {@link #close}.
   *
   * @param bind port 0 for any free one
   * @throws IOException if the address cannot be bound
   */
  public RendezvousServer(
      InetSocketAddress bind, SSLContext context, AttachGateway desk, RendezvousSettings settings)
      throws IOException {
    this.context = context;
    this.desk = desk;
    this.settings = settings;
    this.lobby = new AttachLimits(settings);
    this.listener = new Listener(bind, settings);
    this.clock =
        new ScheduledThreadPoolExecutor(
            1,
            Thread.ofPlatform().daemon().name("rendezvous-clock").factory(),
            new ThreadPoolExecutor.DiscardPolicy());
    clock.setRemoveOnCancelPolicy(true);
    Thread.ofPlatform().daemon().name("rendezvous-accept").start(this::accept);
  }

  /** The port bound. */
  public int port() {
    return listener.getLocalPort();
  }

  /** Clients joined to a command, or waiting for theirs to start. */
  public int attached() {
    return lobby.attached().size();
  }

  /** Connections that have not shown a token. */
  public int unauthenticated() {
    return lobby.waiting().size();
  }

  /** Stops accepting, hangs up on everybody, and returns once they are closed. Idempotent. */
  @Override
  public void close() {
    closed = true;
    try {
      listener.close();
    } catch (IOException e) {
      log.warn("The rendezvous port could not be closed", e);
    }
    lobby.waiting().forEach(AttachConnection::cut);
    lobby.attached().forEach(dialler -> dialler.hangUp("This host is shutting down."));
    try {
      lobby.awaitEmpty(settings.hangUpTimeout().plus(settings.closeTimeout()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    clock.shutdownNow();
  }

  private void accept() {
    while (!closed) {
      try {
        serve(listener.accept());
      } catch (IOException e) {
        if (!closed) {
          log.warn("A connection could not be accepted", e);
          pause();
        }
      }
    }
  }

  private void serve(Listener.Line line) throws IOException {
    try {
      var dialler =
          new AttachConnection(new TlsChannel(line, context, clock), lobby, desk, settings);
      AttachConnection oldest = lobby.arrive(dialler);
      if (oldest != null) {
        oldest.cut();
      }
      Thread.ofVirtual().name("rendezvous").start(dialler);
    } catch (IOException | RuntimeException e) {
      line.close();
      throw e;
    }
  }

  /** Out of descriptors, most likely: trying again at once would only burn a core. */
  private static void pause() {
    try {
      TimeUnit.MILLISECONDS.sleep(100);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
