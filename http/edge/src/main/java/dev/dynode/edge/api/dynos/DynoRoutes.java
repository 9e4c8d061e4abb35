package dev.dynode.edge.api.dynos;

import static org.apache.pekko.http.javadsl.server.PathMatchers.segment;

import dev.dynode.domain.Refusal;
import dev.dynode.domain.app.DynoView;
import dev.dynode.domain.dyno.DynoCommand;
import dev.dynode.domain.dyno.DynoEvent.StopCause;
import dev.dynode.domain.id.AppId;
import dev.dynode.domain.id.DynoId;
import dev.dynode.domain.view.DynoAnswer;
import dev.dynode.domain.view.DynoPage;
import dev.dynode.edge.api.context.ApiContext;
import dev.dynode.edge.api.context.Call;
import dev.dynode.edge.api.context.Presenter;
import dev.dynode.edge.api.request.Body;
import dev.dynode.edge.api.request.Errors;
import dev.dynode.edge.api.request.Json;
import dev.dynode.edge.api.request.Page.Field;
import dev.dynode.port.AppQuery;
import dev.dynode.port.ControlPlane.Answer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.server.AllDirectives;
import org.apache.pekko.http.javadsl.server.Route;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;

/** {@code /apps/A/dynos} and {@code /apps/A/formations/TYPE}. */
public final class DynoRoutes extends AllDirectives {
  private static final int STOPS_AT_ONCE = 16;
  private static final int MOST_CHARACTERS = 9999;

  public static final List<Field<DynoView>> LIVE =
      List.of(
          Field.text("name", dyno -> dyno.name().toString()),
          Field.text("id", dyno -> dyno.id().toString()));

  /** Names of finished dynos repeat; their times are made unique by the id. */
  public static final List<Field<DynoView>> ALL =
      List.of(
          Field.text("created_at", dyno -> dyno.createdAt() + "/" + dyno.id()),
          Field.text("id", dyno -> dyno.id().toString()));

  private static final CompletionStage<List<DynoView>> NONE =
      CompletableFuture.completedStage(List.of());
  private static final Answer<Boolean> NO_DYNO = new Answer.Refused<>(Refusal.notFound("dyno"));

  private final ApiContext desk;
  private final Presenter present;

  public DynoRoutes(ApiContext desk, Presenter present) {
    this.desk = desk;
    this.present = present;
  }

  public Route routes() {
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
    return desk.id(app)
        .thenCompose(
            id ->
                desk.with()
                    .control()
                    .dynos(id)
                    .thenApply(ApiContext::done)
                    .thenCombine(
                        all ? desk.with().events().lastEnded(id) : NONE,
                        (live, ended) -> list(call, live, all, ended)));
  }

  private HttpResponse list(Call call, DynoPage live, boolean all, List<DynoView> ended) {
    var page = desk.page(call, listed(live.dynos(), all, ended), all ? ALL : LIVE);
    return ApiContext.list(
        page,
        page.items().stream()
            .map(dyno -> DynoPresenter.dyno(present, live.app(), dyno, dyno.awaitsClient()))
            .toList());
  }

  /** Those that a list shows: the ended ones only where all are asked for. */
  public static List<DynoView> listed(List<DynoView> live, boolean all, List<DynoView> ended) {
    return all
        ? Stream.concat(live.stream(), ended.stream())
            .collect( // one may have ended since it was told to live
                Collectors.toMap(
                    DynoView::id, dyno -> dyno, (first, _) -> first, LinkedHashMap::new))
            .values()
            .stream()
            .toList()
        : live.stream().filter(dyno -> dyno.endedAt().isEmpty()).toList();
  }

  private CompletionStage<HttpResponse> create(Call call, String app) {
    CompletionStage<AppId> asked = desk.id(app); // while the body is on its way
    return call.body()
        .thenCompose(
            body -> {
              var run = DynoRequest.read(call, body);
              return asked.thenCompose(
                  id ->
                      call.control()
                          .run(id, run)
                          .thenCompose(answer -> create(call, id, ApiContext.done(answer))));
            });
  }

  private CompletionStage<HttpResponse> create(Call call, AppId app, DynoAnswer granted) {
    return whole(app, granted)
        .thenCompose(dyno -> reachable(call, dyno))
        .thenApply(
            dyno ->
                Json.response(
                    201, DynoPresenter.dyno(present, granted.app(), dyno, attachable(dyno))));
  }

  /** One that its app does not look after any more is told of by the journal. */
  private CompletionStage<DynoView> whole(AppId app, DynoAnswer answer) {
    return answer
        .dyno()
        .<CompletionStage<DynoView>>map(CompletableFuture::completedStage)
        .orElseGet(() -> ended(app, answer.id()));
  }

  private CompletionStage<DynoView> ended(AppId app, DynoId dyno) {
    return desk.with()
        .events()
        .ended(app, dyno)
        .thenApply(found -> found.orElseThrow(() -> Errors.notFound("dyno").exception()));
  }

  private static boolean attachable(DynoView dyno) {
    return dyno.attach() && dyno.endedAt().isEmpty();
  }

  /**
   * Clients can only be sent to a host that was heard of here; the dyno's may be a new one. One
   * that its client cannot be sent to is stopped.
   */
  private CompletionStage<DynoView> reachable(Call call, DynoView dyno) {
    return ApiContext.<DynoView>once(
            () ->
                attachable(dyno)
                    ? desk.with().attachUrl().apply(dyno).map(_ -> dyno)
                    : Optional.of(dyno),
            "The dyno's host is not known here yet, so it was stopped; start another one.")
        .exceptionallyCompose(
            failure ->
                call.control()
                    .tell(
                        dyno.app(),
                        dyno.id().toString(),
                        new DynoCommand.Stop(call.by(), StopCause.USER))
                    .handle((_, _) -> failure)
                    .thenCompose(CompletableFuture::failedStage));
  }

  private CompletionStage<HttpResponse> info(String app, String identity) {
    return desk.id(app)
        .thenCompose(
            id ->
                desk.ask(id, new AppQuery.Dyno(identity))
                    .thenCompose(
                        answer ->
                            whole(id, answer)
                                .thenApply(
                                    dyno ->
                                        Json.response(
                                            200,
                                            DynoPresenter.dyno(
                                                present,
                                                answer.app(),
                                                dyno,
                                                dyno.awaitsClient())))));
  }

  private CompletionStage<HttpResponse> stop(Call call, String app, String identity) {
    return tell(call, app, identity, new DynoCommand.Stop(call.by(), StopCause.USER));
  }

  private CompletionStage<HttpResponse> resize(Call call, String app, String identity) {
    return call.body()
        .thenCompose(
            body -> {
              int columns = needed(body, "columns");
              int lines = needed(body, "lines");
              return tell(call, app, identity, new DynoCommand.Resize(call.by(), columns, lines));
            });
  }

  private static int needed(Body body, String field) {
    return body.whole(field, 1, MOST_CHARACTERS)
        .orElseThrow(() -> Errors.invalid(field + ": it must be given.").exception());
  }

  /** Answers that it is under way; the schema wants nothing more to be told. */
  private CompletionStage<HttpResponse> tell(
      Call call, String app, String identity, DynoCommand command) {
    return desk.id(app)
        .thenCompose(
            id ->
                call.control()
                    .tell(id, identity, command)
                    .thenCompose(answer -> told(id, identity, answer)))
        .thenApply(_ -> Json.response(202, Map.of()));
  }

  /** One that ended long ago is known to the journal alone, and stays as it is. */
  private CompletionStage<?> told(AppId app, String identity, Answer<Boolean> answer) {
    return answer.equals(NO_DYNO) && ApiContext.uuid(identity).isPresent()
        ? ended(app, new DynoId(ApiContext.uuid(identity).get()))
        : CompletableFuture.completedStage(ApiContext.done(answer));
  }

  /** Restarts what a formation runs, and that is nothing yet: one-off dynos are not restarted. */
  private CompletionStage<HttpResponse> restartAll(String app) {
    return desk.app(app).thenApply(_ -> Json.response(202, Map.of()));
  }

  private CompletionStage<HttpResponse> stopAll(Call call, String app, String type) {
    return desk.id(app)
        .thenCompose(id -> desk.with().control().dynos(id))
        .thenCompose(
            answer ->
                Source.from(
                        ApiContext.done(answer).dynos().stream()
                            .filter(dyno -> dyno.name().type().equals(type))
                            .toList())
                    .mapAsync(
                        STOPS_AT_ONCE,
                        dyno ->
                            call.control()
                                .tell(
                                    dyno.app(),
                                    dyno.id().toString(),
                                    new DynoCommand.Stop(call.by(), StopCause.USER)))
                    .runWith(Sink.ignore(), desk.system()))
        .thenApply(_ -> Json.response(202, Map.of()));
  }
}
