package dev.dynode.edge.attach;

import dev.dynode.domain.dyno.Usage;
import dev.dynode.domain.id.DynoId;
import dev.dynode.port.AttachGateway;
import dev.dynode.port.ProcessRuntime.ExitStatus;
import dev.dynode.port.ProcessRuntime.RunningProcess;
import dev.dynode.port.ProcessRuntime.Signal;
import dev.dynode.port.ProcessRuntime.WindowSize;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import javax.net.ssl.SSLSocket;

/**
 * A command on another host, as far as its rendezvous tells: bytes both ways. Everything else about
 * it (its idleness, its exit-status line, what it was told) is that host's.
 */
final class Relay implements AttachGateway.Attachment, RunningProcess {
  private static final DynoId SOME = new DynoId(new UUID(0, 0));

  /** The host counts, too, and closes. */
  private static final Duration NEVER = Duration.ofDays(3650);

  private final SSLSocket socket;
  private final CompletableFuture<ExitStatus> end = new CompletableFuture<>();
  private long position;

  Relay(SSLSocket socket) {
    this.socket = socket;
  }

  @Override
  public RunningProcess process() {
    return this;
  }

  /** A lone 0x04 goes to the host as it came. */
  @Override
  public boolean terminal() {
    return true;
  }

  @Override
  public boolean marksExit() {
    return false;
  }

  @Override
  public boolean printsMarker() {
    return false;
  }

  @Override
  public boolean relayed() {
    return true;
  }

  @Override
  public Duration idleAfter() {
    return NEVER;
  }

  @Override
  public void idle(Instant lastByte) {
    // the host's affair
  }

  @Override
  public void detached(AttachGateway.Detached reason) {
    close();
  }

  @Override
  public int read(byte[] buffer) throws IOException {
    try {
      int n = socket.getInputStream().read(buffer);
      position += Math.max(n, 0);
      if (n < 0) {
        end.complete(new ExitStatus(0));
      }
      return n;
    } catch (IOException e) {
      end.complete(new ExitStatus(0));
      throw e;
    }
  }

  @Override
  public void write(byte[] buffer, int offset, int length) throws IOException {
    socket.getOutputStream().write(buffer, offset, length);
  }

  @Override
  public void endInput() throws IOException {
    socket.shutdownOutput();
  }

  /** When the host's connection is over. */
  @Override
  public CompletionStage<ExitStatus> exit() {
    return end;
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      // it is closed all the same
    }
  }

  @Override
  public DynoId dyno() {
    return SOME;
  }

  @Override
  public int generation() {
    return 0;
  }

  @Override
  public long pid() {
    return 0;
  }

  @Override
  public long position() {
    return position;
  }

  @Override
  public void readFrom(long offset) {
    throw new UnsupportedOperationException("another host's");
  }

  @Override
  public void release(long offset) {
    throw new UnsupportedOperationException("another host's");
  }

  @Override
  public void resize(WindowSize size) {
    throw new UnsupportedOperationException("another host's");
  }

  @Override
  public void signal(Signal signal) {
    throw new UnsupportedOperationException("another host's");
  }

  @Override
  public Optional<Usage> usage() {
    return Optional.empty();
  }
}
