package dev.dynode.edge.api.history;

import static org.apache.pekko.http.javadsl.server.PathMatchers.segment;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.dynode.domain.id.DynoId;
import dev.dynode.edge.api.context.ApiContext;
import dev.dynode.edge.api.context.Archive;
import dev.dynode.edge.api.context.Archive.Scope;
import dev.dynode.edge.api.context.Call;
import dev.dynode.edge.api.request.Json;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.server.AllDirectives;
import org.apache.pekko.http.javadsl.server.Route;
import org.apache.pekko.stream.javadsl.StreamConverters;

/** The journal as a whole, exported and verified. Answers are lines of JSON, as they come. */
public final class ArchiveRoutes extends AllDirectives {
  /** A client may take its time; one that is gone is noticed by other means. */
  private static final Duration SLOWEST_LINE = Duration.ofMinutes(10);

  private final ApiContext desk;
  private final HistoryRoutes histories;
  private final Executor blocking;

  public ArchiveRoutes(ApiContext desk, HistoryRoutes histories, Executor blocking) {
    this.desk = desk;
    this.histories = histories;
    this.blocking = blocking;
  }

  public Route routes() {
    var app = segment("apps").slash(segment());
    return concat(
        path("export", () -> get(() -> desk.answer(this::everything))),
        path(app.slash("export"), name -> get(() -> desk.answer(call -> ofApp(call, name)))),
        path(
            app.slash("dynos").slash(segment()).slash("export"),
            (name, dyno) -> get(() -> desk.answer(call -> ofDyno(call, name, dyno)))),
        path("verification", () -> post(() -> desk.answer(_ -> verification()))));
  }

  private CompletionStage<HttpResponse> everything(Call call) {
    return CompletableFuture.completedFuture(export(call, new Scope.Everything()));
  }

  private CompletionStage<HttpResponse> ofApp(Call call, String app) {
    return desk.app(app).thenApply(its -> export(call, new Scope.OfApp(its.id())));
  }

  private CompletionStage<HttpResponse> ofDyno(Call call, String app, String dyno) {
    return desk.app(app)
        .thenCompose(its -> histories.find(its.id(), dyno))
        .thenApply((DynoId id) -> export(call, new Scope.OfDyno(id)));
  }

  private HttpResponse export(Call call, Scope scope) {
    boolean secrets = call.parameter("secrets").filter("keep"::equals).isPresent();
    return ApiContext.lines(() -> desk.with().archive().export(scope, secrets));
  }

  private CompletionStage<HttpResponse> verification() {
    return CompletableFuture.completedFuture(
        ApiContext.lines(
            StreamConverters.asOutputStream(SLOWEST_LINE)
                .mapMaterializedValue(
                    out -> {
                      blocking.execute(() -> verify(out));
                      return out;
                    })));
  }

  /** Ends early where nobody reads the answer any more. */
  private void verify(OutputStream out) {
    try (out) {
      Archive archive = desk.with().archive();
      long all = archive.events();
      write(
          out,
          VerificationJson.of(
              archive.verify(
                  found -> write(out, VerificationJson.of(found)),
                  events -> write(out, VerificationJson.progress(events, all)))));
    } catch (IOException | UncheckedIOException gone) {
      // its last line is missing, which says that it is not all
    }
  }

  private static void write(OutputStream out, VerificationJson line) {
    try {
      out.write((Json.MAPPER.writeValueAsString(line) + "\n").getBytes(StandardCharsets.UTF_8));
      out.flush();
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
