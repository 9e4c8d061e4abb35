package dev.dynode.edge.attach;

import dev.dynode.port.AttachGateway.Attachment;
import dev.dynode.port.AttachGateway.Detached;
import dev.dynode.port.ProcessRuntime.ExitStatus;
import dev.dynode.port.ProcessRuntime.RunningProcess;
import java.io.IOException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A client and a running command, joined: bytes both ways until one of them ends. Input runs on the
 * thread that calls {@link #run}, output on a virtual thread of its own. After the client is gone
 * what the program still prints is read and thrown away, so that it never blocks on it.
 */
final class Session {
  private static final Logger log = LoggerFactory.getLogger(Session.class);
  private static final byte END_OF_INPUT = 0x04;

  /** Larger pieces of input to a terminal were not typed by hand. */
  private static final int TYPED = 256;

  /** Of each direction while little flows; more than {@link #TYPED}. */
  private static final int FIRST_BUFFER = 512;

  private final TlsChannel wire;
  private final Attachment attachment;
  private final RunningProcess process;
  private final CompletableFuture<ExitStatus> exit;
  private final boolean halfClose;
  private final RendezvousSettings settings;
  private final BooleanSupplier hungUp;
  private final Runnable closed;
  private final IdleWatch idle;
  private final AtomicBoolean over = new AtomicBoolean();
  private final CountDownLatch inputOver = new CountDownLatch(1);
  private final CountDownLatch clientClosed = new CountDownLatch(1);
  private volatile boolean processEnded;
  private volatile boolean inputRefused;
  private volatile long greeted;
  private volatile long lastPiped;
  private volatile long lastInput;

  Session(
      TlsChannel wire,
      Attachment attachment,
      boolean halfClose,
      RendezvousSettings settings,
      BooleanSupplier hungUp,
      Runnable closed) {
    this.wire = wire;
    this.attachment = attachment;
    this.process = attachment.process();
    this.exit = process.exit().toCompletableFuture();
    this.halfClose = halfClose;
    this.settings = settings;
    this.hungUp = hungUp;
    this.closed = closed;
    this.idle = new IdleWatch(wire, attachment);
  }

  /**
   * Greets, starts the output, and carries the input until the client's direction has ended.
   *
   * @param first input that came with the token
   */
  void run(byte[] first) {
    try {
      wire.greet();
    } catch (IOException e) {
      over(Detached.CLIENT_LEFT);
    }
    greeted = System.nanoTime();
    lastInput = greeted;
    lastPiped = greeted - settings.end().afterInput().toNanos();
    Thread.ofVirtual().name("rendezvous-output").start(this::output);
    idle.start();
    boolean departed;
    try {
      departed = !input(first) || !halfClose;
    } catch (IOException e) {
      log.debug("{} is gone: {}", wire.address(), e.toString());
      departed = true;
    }
    if (!departed) {
      endInput();
    }
    inputOver.countDown();
    clientClosed.countDown();
    if (departed && !processEnded) {
      over(Detached.CLIENT_LEFT);
    }
  }

  /** The end, once: closes the connection and tells the dyno. */
  void over(Detached reason) {
    if (over.compareAndSet(false, true)) {
      idle.stop();
      wire.cut();
      closed.run();
      try {
        attachment.detached(hungUp.getAsBoolean() ? Detached.HUNG_UP : reason);
      } catch (RuntimeException e) {
        log.error("The dyno of {} could not be told that its client is gone", process.dyno(), e);
      }
    }
  }

  /** Waits until the client has closed its direction. */
  void awaitClient(long nanos) throws InterruptedException {
    clientClosed.await(nanos, TimeUnit.NANOSECONDS);
  }

  /** Whether the client ended its input with a close_notify (it may still read). */
  private boolean input(byte[] first) throws IOException {
    if (first.length > 0) {
      feed(first, first.length);
    }
    byte[] buffer = new byte[FIRST_BUFFER];
    while (true) {
      boolean recordStarts = wire.atRecordStart();
      int n = wire.read(buffer);
      if (n < 0) {
        return wire.endedCleanly();
      }
      lastInput = System.nanoTime();
      boolean lone = recordStarts && n == 1 && wire.atRecordStart();
      if (lone && buffer[0] == END_OF_INPUT && !halfClose) {
        inputOver.countDown();
        if (!attachment.terminal()) {
          endInput();
        }
      }
      feed(buffer, n);
      buffer = grown(buffer, n);
    }
  }

  @SuppressWarnings("ThreadPriorityCheck") // a virtual thread keeps its carrier until it waits
  private void feed(byte[] buffer, int length) {
    if (exit.isDone()) { // thrown away, and no sign of life
      Thread.yield(); // what never waits would keep all others waiting
      return;
    }
    wire.moved();
    if (length > TYPED || !attachment.terminal()) {
      lastPiped = System.nanoTime();
    }
    if (inputRefused || processEnded || hungUp.getAsBoolean()) {
      return;
    }
    try {
      process.write(buffer, 0, length);
    } catch (IOException e) {
      inputRefused = true;
    }
  }

  private void endInput() {
    try {
      process.endInput();
    } catch (IOException e) {
      log.debug("Input of {} is closed already: {}", process.dyno(), e.toString());
    }
    inputRefused = true;
  }

  private void output() {
    var sink = OutputSink.of(attachment, wire, settings);
    try {
      byte[] buffer = new byte[attachment.relayed() ? TlsChannel.RECORD : FIRST_BUFFER];
      int n = process.read(buffer);
      while (n >= 0) {
        if (!over.get()) {
          send(sink, buffer, n);
        }
        buffer = grown(buffer, n);
        n = process.read(buffer);
      }
    } catch (IOException e) {
      log.debug("Output of {} is closed: {}", process.dyno(), e.toString());
    }
    ExitStatus status = exitStatus();
    processEnded = true;
    process.close();
    if (over.get()) {
      return;
    }
    try {
      sink.flush();
      if (attachment.marksExit() && status != null) {
        byte[] line = ExitMarker.line(status);
        wire.write(line, 0, line.length);
      }
      awaitInput();
      wire.lastWords("");
      awaitClose();
      over(Detached.PROCESS_ENDED);
    } catch (IOException | InterruptedException e) {
      writeFailed(e);
    }
  }

  private void send(OutputSink sink, byte[] buffer, int length) {
    try {
      sink.send(buffer, length);
    } catch (IOException e) {
      writeFailed(e);
    }
  }

  private void writeFailed(Exception e) {
    if (!hungUp.getAsBoolean()) { // else the one who hangs up closes, once the reason is said
      log.debug("{} takes no output: {}", wire.address(), e.toString());
      over(Detached.CLIENT_LEFT);
    }
  }

  private @Nullable ExitStatus exitStatus() {
    try {
      return exit.join();
    } catch (CompletionException | CancellationException e) {
      log.warn("No exit status of {}", process.dyno(), e);
      return null;
    }
  }

  /**
   * Lets a client that is still sending finish: heroku run fails with EPIPE when it cannot send the
   * end of its input, and it begins to read its input only after the greeting. Input that has no
   * end is not waited for, nor that of a client which ends it by closing its half.
   */
  private void awaitInput() throws InterruptedException {
    if (halfClose || attachment.relayed()) {
      return;
    }
    var end = settings.end();
    long until =
        Math.max(greeted + end.afterGreeting().toNanos(), lastPiped + end.afterInput().toNanos());
    var _ = inputOver.await(until - System.nanoTime(), TimeUnit.NANOSECONDS);
  }

  /**
   * The client has all once it closes. What it still sends is read and thrown away until then: a
   * connection that is closed with input unread is reset, and with it goes output on its way.
   */
  private void awaitClose() throws InterruptedException {
    long closed = System.nanoTime();
    long latest = closed + settings.closeLimit().toNanos();
    long quiet = settings.closeTimeout().toNanos();
    long left = quiet;
    while (left > 0 && !clientClosed.await(left, TimeUnit.NANOSECONDS)) {
      left = Math.min(latest, Math.max(closed, lastInput) + quiet) - System.nanoTime();
    }
  }

  private byte[] grown(byte[] buffer, int filled) {
    int most = settings.bufferSize();
    return filled == buffer.length && filled < most ? new byte[Math.min(most, 4 * filled)] : buffer;
  }
}
