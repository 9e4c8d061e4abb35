package dev.dynode.edge.server;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.actor.Cancellable;
import org.apache.pekko.actor.ClassicActorSystemProvider;
import org.apache.pekko.event.Logging;
import org.apache.pekko.event.LoggingAdapter;
import org.apache.pekko.http.javadsl.Http;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.settings.ServerSettings;
import org.apache.pekko.http.scaladsl.model.HttpEntity$;
import org.apache.pekko.http.scaladsl.model.ResponseEntity;
import org.apache.pekko.japi.function.Function;
import org.apache.pekko.stream.TLSProtocol.SslTlsInbound;
import org.apache.pekko.stream.TLSProtocol.SslTlsOutbound;
import org.apache.pekko.stream.javadsl.BidiFlow;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.TLSPlacebo;
import org.apache.pekko.stream.javadsl.Tcp;
import org.apache.pekko.util.ByteString;
import scala.jdk.javaapi.FutureConverters;

/**
 * An HTTP/1.1 server that no client can stop by being slow: Pekko's HTTP layer over connections of
 * which each has its time for the head of a request, each address its share, and of which the
 * oldest silent one makes room for a newcomer. Pekko's own server has one limit for all and lets
 * each byte begin the time anew. Thread-safe.
 */
public final class HttpServer {
  private static final Duration LOOK_EVERY = Duration.ofMillis(250);

  private final ActorSystem system;
  private final ServerSettings settings;
  private final Function<HttpRequest, CompletionStage<HttpResponse>> handler;
  private final Connections connections;
  private final LoggingAdapter log;
  private final Cancellable looking;
  private CompletionStage<Tcp.ServerBinding> binding = new CompletableFuture<>();
  private volatile boolean closing;

  private HttpServer(
      ActorSystem system,
      ConnectionLimits limits,
      ServerSettings settings,
      Function<HttpRequest, CompletionStage<HttpResponse>> handler) {
    this.system = system;
    this.settings = settings;
    this.handler = handler;
    connections = new Connections(limits);
    log = new ErrorsOnly(Logging.getLogger(system, HttpServer.class));
    looking =
        system
            .scheduler()
            .scheduleWithFixedDelay(
                LOOK_EVERY,
                LOOK_EVERY,
                () -> connections.look(System.nanoTime()),
                system.dispatcher());
  }

  /** A server that is bound. */
  public record Bound(HttpServer server, InetSocketAddress address) {
    /**
     * Takes no further connection and no further request, and waits for answers that have begun.
     *
     * @param patience how long; what is open then is cut
     */
    public CompletionStage<Done> close(Duration patience) {
      return server.close(patience);
    }
  }

  /**
   * Serves it.
   *
   * @param port 0: any free one, which the answer tells
   * @param settings of HTTP itself; limits of connections in them are not used
   */
  public static CompletionStage<Bound> bind(
      ClassicActorSystemProvider system,
      String host,
      int port,
      ConnectionLimits limits,
      ServerSettings settings,
      Function<HttpRequest, CompletionStage<HttpResponse>> handler) {
    var server = new HttpServer(system.classicSystem(), limits, settings, handler);
    server.binding =
        Tcp.get(system)
            .bind(
                host,
                port,
                limits.backlog(),
                settings.getSocketOptions(),
                true, // whoever has said all it wants is still answered
                Optional.<Duration>empty())
            .to(Sink.foreach(server::serve))
            .run(system);
    return server
        .binding
        .thenApply(bound -> new Bound(server, bound.localAddress()))
        .whenComplete(
            (_, failure) -> {
              if (failure != null) {
                server.looking.cancel();
              }
            });
  }

  private void serve(Tcp.IncomingConnection incoming) {
    var part = new Part(incoming);
    connections.arrive(part.connection).ifPresent(Connection::cut);
    try {
      part.run(incoming);
    } catch (RuntimeException failure) { // or the server would take no further connection
      log.error(failure, "A connection could not be served");
      connections.leave(part.connection);
    }
    if (closing) {
      part.connection.close();
    }
  }

  /** The streams of one connection. */
  private final class Part {
    private final Connection connection;
    private final ConnectionStage stage;

    Part(Tcp.IncomingConnection incoming) {
      stage =
          new ConnectionStage(
              () -> connection().received(System.nanoTime()),
              () -> connection().sent(System.nanoTime()),
              () -> connection().lingers(System.nanoTime()),
              () -> connections.leave(connection()));
      connection =
          new Connection(
              incoming.remoteAddress().getAddress(),
              () -> stage.end(ConnectionStage.End.CUT),
              () -> stage.end(ConnectionStage.End.FINISHED),
              System.nanoTime());
    }

    private Connection connection() {
      return connection;
    }

    void run(Tcp.IncomingConnection incoming) {
      Flow<HttpRequest, HttpResponse, NotUsed> answers =
          Flow.of(HttpRequest.class)
              .map(connection::begun)
              .mapAsync(settings.getPipeliningLimit(), handler)
              .map(this::answered);
      Flow<ByteString, ByteString, NotUsed> bytes =
          answers.join(
              Http.get(system)
                  .serverLayer(settings, Optional.of(incoming.remoteAddress()), log)
                  .atop(plain())
                  .atop(BidiFlow.fromGraph(stage).reversed()));
      incoming.handleWith(bytes, system);
    }

    private HttpResponse answered(HttpResponse response) {
      HttpResponse told =
          closing
              ? response.addHeader(
                  org.apache.pekko.http.javadsl.model.headers.Connection.create("close"))
              : response;
      if (told.entity().isStrict()) {
        connection.answered(System.nanoTime());
        return told;
      }
      var captured = HttpEntity$.MODULE$.captureTermination((ResponseEntity) told.entity());
      FutureConverters.asJava(captured._2())
          .whenComplete((_, _) -> connection.answered(System.nanoTime()));
      return told.withEntity(captured._1());
    }
  }

  /** What is received is session bytes, but not declared as the more general inbound. */
  @SuppressWarnings("unchecked")
  private static BidiFlow<SslTlsOutbound, ByteString, ByteString, SslTlsInbound, NotUsed> plain() {
    return (BidiFlow<SslTlsOutbound, ByteString, ByteString, SslTlsInbound, NotUsed>)
        (BidiFlow<?, ?, ?, ?, ?>) TLSPlacebo.getInstance();
  }

  private CompletionStage<Done> close(Duration patience) {
    closing = true;
    return binding
        .thenCompose(Tcp.ServerBinding::unbind)
        .thenCompose(
            _ -> {
              connections.all().forEach(Connection::close);
              return emptied(System.nanoTime() + patience.toNanos());
            });
  }

  /** Done once nobody is connected; after that instant all are cut. */
  private CompletionStage<Done> emptied(long until) {
    var left = connections.all();
    if (left.isEmpty()) {
      looking.cancel();
      return CompletableFuture.completedFuture(Done.getInstance());
    }
    if (System.nanoTime() - until > 0) {
      left.forEach(Connection::cut);
    }
    return org.apache.pekko.pattern.Patterns.after(
        Duration.ofMillis(5), system, () -> emptied(until));
  }
}
