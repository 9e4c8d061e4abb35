package dev.dynode.edge.attach;

import dev.dynode.port.AttachGateway;
import dev.dynode.port.AttachGateway.Attachment;
import dev.dynode.port.AttachGateway.Detached;
import dev.dynode.port.AttachGateway.Refused;
import java.io.IOException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection from its accept to its end: handshake, token, desk, and then a {@link Session}.
 * {@link #run} is the connection's own virtual thread and carries its input.
 */
final class AttachConnection implements AttachGateway.Client, Runnable {
  private static final Logger log = LoggerFactory.getLogger(AttachConnection.class);

  private final TlsChannel wire;
  private final AttachLimits lobby;
  private final AttachGateway desk;
  private final RendezvousSettings settings;
  private final AtomicBoolean hungUp = new AtomicBoolean();
  private volatile boolean halfCloses;
  private volatile @Nullable Session session;

  AttachConnection(
      TlsChannel wire, AttachLimits lobby, AttachGateway desk, RendezvousSettings settings) {
    this.wire = wire;
    this.lobby = lobby;
    this.desk = desk;
    this.settings = settings;
  }

  @Override
  public void run() {
    try {
      wire.handshake(settings.handshakeTimeout());
      TokenLine line = wire.tokenLine(settings.tokenMaxLength(), settings.tokenTimeout());
      lobby.showedToken(this);
      switch (line) {
        case TokenLine.Malformed(String complaint) -> refuse(complaint);
        case TokenLine.Token token -> {
          if (lobby.enter(this)) {
            present(token);
          } else {
            refuse("Too many clients are attached to this host. Try again later.");
          }
        }
      }
    } catch (IOException e) {
      log.debug("{} left before it was attached: {}", wire.address(), e.toString());
    } finally {
      lobby.showedToken(this);
      if (session == null) {
        wire.cut();
        lobby.leave(this);
      }
    }
  }

  private void present(TokenLine.Token line) throws IOException {
    halfCloses = line.halfClose();
    var answer = desk.present(line.token(), this).toCompletableFuture();
    Attachment attachment;
    try {
      attachment = answer.get(settings.startTimeout().toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      var _ = answer.thenAccept(late -> late.detached(Detached.CLIENT_LEFT));
      refuse("The command was not started in time.");
      return;
    } catch (ExecutionException e) {
      refuse(message(e));
      return;
    } catch (InterruptedException e) {
      throw new IOException("interrupted", e);
    }
    var joined =
        new Session(
            wire, attachment, line.halfClose(), settings, hungUp::get, () -> lobby.leave(this));
    session = joined;
    joined.run(line.input());
  }

  private static String message(ExecutionException failure) {
    Throwable cause = failure.getCause();
    while (cause instanceof CompletionException && cause.getCause() != null) {
      cause = cause.getCause();
    }
    if (cause instanceof Refused refused) {
      return String.valueOf(refused.getMessage());
    }
    log.warn("The desk failed", cause);
    return "The command could not be started: an error in the dyno manager.";
  }

  private void refuse(String text) throws IOException {
    var deadline = wire.cutAfter(settings.closeTimeout());
    wire.lastWords(text + "\r\n");
    discard();
    deadline.cancel();
  }

  /** Reads until the client closes, so that what we sent is not thrown away by a reset. */
  private void discard() throws IOException {
    byte[] buffer = new byte[2048];
    while (wire.read(buffer) >= 0) {
      // thrown away
    }
  }

  @Override
  public String address() {
    return wire.address();
  }

  @Override
  public boolean halfCloses() {
    return halfCloses;
  }

  @Override
  public void hangUp(String reason) {
    if (hungUp.compareAndSet(false, true)) {
      Thread.ofVirtual().name("rendezvous-hang-up").start(() -> sayAndClose(reason));
    }
  }

  private void sayAndClose(String reason) {
    var deadline = wire.cutAfter(settings.hangUpTimeout());
    try {
      wire.lastWords("\r\n" + reason + "\r\n");
      Session joined = session;
      if (joined != null) {
        joined.awaitClient(settings.hangUpTimeout().toNanos());
      }
    } catch (IOException | InterruptedException e) {
      log.debug("{} did not take the reason: {}", wire.address(), e.toString());
    } finally {
      deadline.cancel();
      wire.cut();
      Session joined = session;
      if (joined != null) {
        joined.over(Detached.HUNG_UP);
      }
    }
  }

  /** Closes at once, without a word. */
  void cut() {
    wire.cut();
  }
}
