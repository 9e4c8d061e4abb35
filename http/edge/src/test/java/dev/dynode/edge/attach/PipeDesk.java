package dev.dynode.edge.attach;

import dev.dynode.domain.attach.ExitMarker;
import dev.dynode.domain.id.DynoId;
import dev.dynode.port.AttachGateway;
import dev.dynode.port.ProcessRuntime.RunningProcess;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A desk that starts a real command for each token, once, and writes down what it is told. */
final class PipeDesk implements AttachGateway, AutoCloseable {
  private final Map<String, Offer> offers = new ConcurrentHashMap<>();
  private final Map<String, CompletableFuture<Joined>> joined = new ConcurrentHashMap<>();

  /** A command waiting for its client. */
  record Offer(String script, boolean terminal, boolean marksExit, Duration idleAfter) {
    Offer(String script) {
      this(script, false, false, Duration.ofHours(1));
    }

    Offer onTerminal() {
      return new Offer(script, true, marksExit, idleAfter);
    }

    Offer markingExit() {
      return new Offer(script, terminal, true, idleAfter);
    }

    Offer idleAfter(Duration time) {
      return new Offer(script, terminal, marksExit, time);
    }
  }

  /** The token. */
  String offer(Offer offer) {
    String token = UUID.randomUUID().toString();
    joined.put(token, new CompletableFuture<>());
    offers.put(token, offer);
    return token;
  }

  String offer(String script) {
    return offer(new Offer(script));
  }

  Joined joined(String token) throws Exception {
    CompletableFuture<Joined> future = joined.get(token);
    if (future == null) {
      throw new IllegalArgumentException(token);
    }
    return future.get(20, TimeUnit.SECONDS);
  }

  @Override
  public CompletionStage<Attachment> present(String token, Client client) {
    Offer offer = offers.remove(token);
    CompletableFuture<Joined> future = joined.get(token);
    if (offer == null || future == null) {
      return CompletableFuture.failedFuture(new Refused("No command waits for this token."));
    }
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            var process = new PipeProcess(new DynoId(UUID.randomUUID()), offer.script());
            var attachment = new Joined(process, client, offer);
            future.complete(attachment);
            return attachment;
          } catch (IOException e) {
            throw new IllegalStateException(e);
          }
        });
  }

  @Override
  public void close() {
    for (var future : joined.values()) {
      if (future.isDone()) {
        future.join().process.close();
      }
    }
  }

  /** What the desk was told about one attachment. */
  static final class Joined implements Attachment {
    final PipeProcess process;
    final Client client;
    final BlockingQueue<Detached> detached = new LinkedBlockingQueue<>();
    final BlockingQueue<Instant> idle = new LinkedBlockingQueue<>();
    private final Offer offer;

    Joined(PipeProcess process, Client client, Offer offer) {
      this.process = process;
      this.client = client;
      this.offer = offer;
    }

    @Override
    public RunningProcess process() {
      return process;
    }

    @Override
    public boolean terminal() {
      return offer.terminal();
    }

    @Override
    public boolean marksExit() {
      return offer.marksExit();
    }

    @Override
    public boolean printsMarker() {
      return !marksExit() && ExitMarker.printedBy(offer.script());
    }

    @Override
    public boolean relayed() {
      return false;
    }

    @Override
    public Duration idleAfter() {
      return offer.idleAfter();
    }

    @Override
    public void idle(Instant lastByte) {
      idle.add(lastByte);
    }

    @Override
    public void detached(Detached reason) {
      detached.add(reason);
    }
  }
}
