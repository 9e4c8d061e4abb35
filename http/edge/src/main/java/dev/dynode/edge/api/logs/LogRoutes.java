package dev.dynode.edge.api.logs;

import static org.apache.pekko.http.javadsl.server.PathMatchers.segment;

import dev.dynode.edge.api.context.ApiContext;
import dev.dynode.edge.api.context.Call;
import dev.dynode.edge.api.json.Times;
import dev.dynode.edge.api.logs.LogSessions.Session;
import dev.dynode.edge.api.request.ApiSettings;
import dev.dynode.edge.api.request.Errors;
import dev.dynode.edge.api.request.Json;
import dev.dynode.port.LogStore.LogFilter;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.server.AllDirectives;
import org.apache.pekko.http.javadsl.server.Route;

/** {@code /apps/A/log-sessions}, and {@code /streams/SECRET} where they are read. */
public final class LogRoutes extends AllDirectives {
  private final ApiContext desk;
  private final LogSessions sessions;
  private final Executor blocking;

  public LogRoutes(ApiContext desk, LogSessions sessions, Executor blocking) {
    this.desk = desk;
    this.sessions = sessions;
    this.blocking = blocking;
  }

  public Route routes() {
    return path(
        segment("apps").slash(segment()).slash("log-sessions"),
        app -> post(() -> desk.answer(call -> create(call, app))));
  }

  /** Needs no token. */
  public Route streams() {
    return path(
        segment("streams").slash(segment()),
        secret -> get(() -> desk.answer(call -> read(call, secret))));
  }

  private CompletionStage<HttpResponse> create(Call call, String app) {
    return call.body()
        .thenCompose(
            body -> {
              ApiSettings.Streams limits = call.settings().streams();
              int lines = body.whole("lines", 0, Integer.MAX_VALUE).orElse(limits.usualLines());
              boolean tail = body.flag("tail").orElse(false);
              var filter =
                  new LogFilter(
                      body.text("source").orElse(null),
                      body.text("dyno").or(() -> body.text("type")).orElse(null));
              return desk.app(app)
                  .thenApply(
                      its -> {
                        String secret =
                            sessions.create(
                                new Session(
                                    its.id(), filter, Math.min(lines, limits.maxLines()), tail));
                        String now = Times.of(desk.with().clock().instant());
                        return Json.response(
                            201,
                            new LogSessionJson(
                                UUID.randomUUID().toString(),
                                call.publicUrl() + "/streams/" + secret,
                                now,
                                now));
                      });
            });
  }

  private CompletionStage<HttpResponse> read(Call call, String secret) {
    Session session =
        sessions.open(secret).orElseThrow(() -> Errors.notFound("log session").exception());
    call.trust();
    var open = new AtomicBoolean(true);
    Runnable ended =
        () -> {
          if (open.getAndSet(false)) {
            sessions.close(secret);
          }
        };
    boolean events = call.header("accept").filter(a -> a.contains("text/event-stream")).isPresent();
    var stream =
        new LogStream(session, events, call.header("last-event-id"), call.settings().streams());
    return CompletableFuture.supplyAsync(
            () -> stream.open(desk.with().logs(), desk.system(), ended), blocking)
        .whenComplete(
            (_, failure) -> {
              if (failure != null) {
                ended.run();
              }
            });
  }
}
