package dev.dynode.api;

import static org.apache.pekko.http.javadsl.server.PathMatchers.segment;

import dev.dynode.api.Page.Field;
import dev.dynode.domain.dyno.DynoCommand;
import dev.dynode.domain.dyno.DynoEvent.StopCause;
import dev.dynode.domain.dyno.DynoView;
import dev.dynode.port.ControlPlane.AppView;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.server.AllDirectives;
import org.apache.pekko.http.javadsl.server.Route;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;

/** {@code /apps/A/dynos} and {@code /apps/A/formations/TYPE}. */
final class DynoRoutes extends AllDirectives {
  private static final int STOPS_AT_ONCE = 16;
  private static final int MOST_CHARACTERS = 9999;

  static final List<Field<DynoView>> LIVE =
      List.of(
          Field.text("name", dyno -> dyno.spec().name().toString()),
          Field.text("id", dyno -> dyno.spec().id().toString()));

  /** Names of finished dynos repeat; their times are made unique by the id. */
  static final List<Field<DynoView>> ALL =
      List.of(
          Field.text("created_at", dyno -> dyno.createdAt() + "/" + dyno.spec().id()),
          Field.text("id", dyno -> dyno.spec().id().toString()));

  private final Desk desk;
  private final Presenter present;

  DynoRoutes(Desk desk, Presenter present) {
    this.desk = desk;
    this.present = present;
  }

  Route routes() {
    var dynos = segment("apps").slash(segment()).slash("dynos");
    var types = segment("apps").slash(segment()).slash("formations").slash(segment());
    return concat(
        path(
            dynos,
            app ->
                concat(
                    get(() -> desk.answer(call -> list(call, app))),
                    post(() -> desk.answer(call -> create(call, app))),
                    delete(() -> desk.answer(_ -> restartAll(app))))),
        path(
            dynos.slash(segment()),
            (app, dyno) ->
                concat(
                    get(() -> desk.answer(_ -> info(app, dyno))),
                    delete(() -> desk.answer(call -> stop(call, app, dyno))))),
        path(
            dynos.slash(segment()).slash("actions").slash("stop"),
            (app, dyno) -> post(() -> desk.answer(call -> stop(call, app, dyno)))),
        path(
            dynos.slash(segment()).slash("actions").slash("resize"),
            (app, dyno) -> post(() -> desk.answer(call -> resize(call, app, dyno)))),
        path(types, (app, type) -> delete(() -> desk.answer(call -> stopAll(call, app, type)))),
        path(
            types.slash("actions").slash("stop"),
            (app, type) -> post(() -> desk.answer(call -> stopAll(call, app, type)))));
  }

  private CompletionStage<HttpResponse> list(Call call, String app) {
    boolean all = call.asks("all");
    return (all ? desk.whole(app) : desk.app(app))
        .thenApply(
            view -> {
              var page = desk.page(call, listed(view, all), all ? ALL : LIVE);
              return Desk.list(
                  page,
                  page.items().stream()
                      .map(dyno -> present.dyno(view.app(), dyno, dyno.awaitsClient()))
                      .toList());
            });
  }

  /** Those that a list shows: the finished ones only where all are asked for. */
  static List<DynoView> listed(AppView view, boolean all) {
    var dynos = new ArrayList<>(view.live());
    if (all) {
      dynos.addAll(view.finished());
    } else {
      dynos.removeIf(dyno -> dyno.endedAt().isPresent());
    }
    return dynos;
  }

  private CompletionStage<HttpResponse> create(Call call, String app) {
    CompletionStage<AppView> asked = desk.app(app); // while the body is on its way
    return call.body()
        .thenCompose(
            body -> {
              var run = DynoRequest.read(call, body);
              return asked.thenCompose(
                  view ->
                      call.control()
                          .run(view.app().id(), run)
                          .thenCompose(answer -> reachable(call, Desk.done(answer)))
                          .thenApply(
                              dyno ->
                                  Json.response(
                                      201, present.dyno(view.app(), dyno, attachable(dyno)))));
            });
  }

  private static boolean attachable(DynoView dyno) {
    return dyno.spec().attach() && dyno.endedAt().isEmpty();
  }

  /**
   * Clients can only be sent to a host that was heard of here; the dyno's may be a new one. One
   * that its client cannot be sent to is stopped.
   */
  private CompletionStage<DynoView> reachable(Call call, DynoView dyno) {
    return Desk.<DynoView>once(
            () ->
                attachable(dyno)
                    ? desk.with().attachUrl().apply(dyno).map(_ -> dyno)
                    : Optional.of(dyno),
            "The dyno's host is not known here yet, so it was stopped; start another one.")
        .exceptionallyCompose(
            failure ->
                call.control()
                    .tell(
                        dyno.spec().app(),
                        dyno.spec().id(),
                        new DynoCommand.Stop(call.by(), StopCause.USER))
                    .handle((_, _) -> failure)
                    .thenCompose(CompletableFuture::failedStage));
  }

  private static DynoView find(AppView view, String identity) {
    return view.dyno(identity).orElseThrow(() -> Errors.notFound("dyno").exception());
  }

  private CompletionStage<HttpResponse> info(String app, String identity) {
    return desk.whole(app)
        .thenApply(
            view -> {
              DynoView dyno = find(view, identity);
              return Json.response(200, present.dyno(view.app(), dyno, dyno.awaitsClient()));
            });
  }

  private CompletionStage<HttpResponse> stop(Call call, String app, String identity) {
    return tell(call, app, identity, _ -> new DynoCommand.Stop(call.by(), StopCause.USER));
  }

  private CompletionStage<HttpResponse> resize(Call call, String app, String identity) {
    return call.body()
        .thenCompose(
            body -> {
              int columns = needed(body, "columns");
              int lines = needed(body, "lines");
              return tell(
                  call, app, identity, _ -> new DynoCommand.Resize(call.by(), columns, lines));
            });
  }

  private static int needed(Body body, String field) {
    return body.whole(field, 1, MOST_CHARACTERS)
        .orElseThrow(() -> Errors.invalid(field + ": it must be given.").exception());
  }

  /** Answers that it is under way; the schema wants nothing more to be told. */
  private CompletionStage<HttpResponse> tell(
      Call call, String app, String identity, Function<DynoView, DynoCommand> command) {
    return desk.whole(app)
        .thenCompose(
            view -> {
              DynoView dyno = find(view, identity);
              return call.control()
                  .tell(view.app().id(), dyno.spec().id(), command.apply(dyno))
                  .thenApply(Desk::done)
                  .thenApply(_ -> Json.response(202, Map.of()));
            });
  }

  /** Restarts what a formation runs, and that is nothing yet: one-off dynos are not restarted. */
  private CompletionStage<HttpResponse> restartAll(String app) {
    return desk.app(app).thenApply(_ -> Json.response(202, Map.of()));
  }

  private CompletionStage<HttpResponse> stopAll(Call call, String app, String type) {
    return desk.app(app)
        .thenCompose(
            view ->
                Source.from(
                        view.live().stream()
                            .filter(dyno -> dyno.spec().name().type().equals(type))
                            .toList())
                    .mapAsync(
                        STOPS_AT_ONCE,
                        dyno ->
                            call.control()
                                .tell(
                                    view.app().id(),
                                    dyno.spec().id(),
                                    new DynoCommand.Stop(call.by(), StopCause.USER)))
                    .runWith(Sink.ignore(), desk.system()))
        .thenApply(_ -> Json.response(202, Map.of()));
  }
}
