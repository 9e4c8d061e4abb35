package dev.dynode.edge.api.history;

import static org.apache.pekko.http.javadsl.server.PathMatchers.segment;

import dev.dynode.domain.history.AppStory;
import dev.dynode.domain.history.AppStory.Kept;
import dev.dynode.domain.history.DynoStory;
import dev.dynode.domain.history.Step;
import dev.dynode.domain.id.AppId;
import dev.dynode.domain.id.DynoId;
import dev.dynode.domain.view.DynoAnswer;
import dev.dynode.edge.api.context.ApiContext;
import dev.dynode.edge.api.context.Call;
import dev.dynode.edge.api.context.EventLog;
import dev.dynode.edge.api.request.Errors;
import dev.dynode.edge.api.request.Json;
import dev.dynode.edge.api.request.Page;
import dev.dynode.edge.api.request.Page.Field;
import dev.dynode.port.AppQuery;
import dev.dynode.port.ControlPlane.Answer;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.server.AllDirectives;
import org.apache.pekko.http.javadsl.server.Route;

/** What was, as the journal tells it. Finished dynos are found by id or name however old. */
public final class HistoryRoutes extends AllDirectives {
  private static final List<Field<OutputJson>> LINE =
      List.of(Field.number("sequence", OutputJson::sequence));

  private final ApiContext desk;
  private final Executor blocking;
  private final StoryJson stories;
  private final Retelling retelling;

  public HistoryRoutes(ApiContext desk, Executor blocking) {
    this.desk = desk;
    stories = new StoryJson(desk.with().shown());
    retelling =
        new Retelling(
            desk.with().events(),
            (app, filter) ->
                desk.with().logs().last(app, desk.settings().streams().maxLines(), filter),
            desk.with().shown());
    this.blocking = blocking;
  }

  public Route routes() {
    var app = segment("apps").slash(segment());
    var dyno = app.slash("dynos").slash(segment());
    return concat(
        path(
            dyno.slash("events"),
            (name, identity) -> get(() -> desk.answer(call -> events(call, name, identity)))),
        path(
            dyno.slash("state"),
            (name, identity) -> get(() -> desk.answer(call -> state(call, name, identity)))),
        path(
            dyno.slash("explanation"),
            (name, identity) -> get(() -> desk.answer(_ -> explanation(name, identity)))),
        path(
            dyno.slash("output"),
            (name, identity) -> get(() -> desk.answer(call -> output(call, name, identity)))),
        path(app.slash("events"), name -> get(() -> desk.answer(call -> appEvents(call, name)))),
        path(app.slash("explanation"), name -> get(() -> desk.answer(_ -> appExplanation(name)))),
        path(app.slash("state"), name -> get(() -> desk.answer(call -> appState(call, name)))));
  }

  private CompletionStage<HttpResponse> events(Call call, String app, String identity) {
    return story(app, identity)
        .thenApply(
            story ->
                list(call, story.steps(), step -> stories.event(story, step, wantsStates(call))));
  }

  private CompletionStage<HttpResponse> appEvents(Call call, String app) {
    return desk.app(app)
        .thenApplyAsync(
            its -> {
              AppId id = its.id();
              return call.parameter("lines").isPresent()
                  ? ApiContext.lines(
                      () -> retelling.events(id, wantsStates(call)).map(StoryJson::line))
                  : appPage(call, id);
            },
            blocking);
  }

  /** States are made from the first event on, but only those of the page are told. */
  private HttpResponse appPage(Call call, AppId app) {
    EventLog events = desk.with().events();
    Page<Long> page =
        desk.page(
            call,
            LongStream.rangeClosed(1, events.count(app)).boxed().toList(),
            List.of(Field.number("sequence", Long::intValue)));
    Set<Long> wanted = Set.copyOf(page.items());
    long last = page.items().stream().mapToLong(Long::longValue).max().orElse(0);
    var story = new AppStory(events::end);
    var told = new HashMap<Long, EventJson>();
    try (Stream<Kept> all = events.ofApp(app)) {
      all.limit(last)
          .map(kept -> story.next(kept.event()))
          .filter(step -> wanted.contains(step.sequence()))
          .forEach(
              step -> told.put(step.sequence(), stories.event(story, step, wantsStates(call))));
    }
    return ApiContext.list(page, page.items().stream().map(told::get).toList());
  }

  private static boolean wantsStates(Call call) {
    return call.parameter("states").isPresent();
  }

  /** One page of the steps; the others are not told. */
  private <S extends Step<?, ?, ?>> HttpResponse list(
      Call call, List<S> steps, Function<S, EventJson> told) {
    Page<S> page =
        desk.page(call, steps, List.of(Field.number("sequence", step -> (int) step.sequence())));
    return ApiContext.list(page, page.items().stream().map(told).toList());
  }

  private CompletionStage<HttpResponse> state(Call call, String app, String identity) {
    return story(app, identity)
        .thenApply(story -> Json.response(200, retelling.state(story, at(call))));
  }

  private CompletionStage<HttpResponse> explanation(String app, String identity) {
    return story(app, identity)
        .thenApply(story -> Json.response(200, retelling.explanation(story)));
  }

  private CompletionStage<HttpResponse> output(Call call, String app, String identity) {
    return story(app, identity)
        .thenApplyAsync(story -> desk.list(call, retelling.output(story), LINE), blocking);
  }

  private CompletionStage<HttpResponse> appExplanation(String name) {
    return desk.app(name)
        .thenApplyAsync(
            its -> Json.response(200, retelling.explanation(its.id(), its.name())), blocking);
  }

  private CompletionStage<HttpResponse> appState(Call call, String name) {
    Optional<At> at = at(call);
    return desk.app(name)
        .thenApplyAsync(
            its ->
                Json.response(
                    200,
                    ApiContext.done(retelling.state(its.id(), at, desk.with().clock().instant()))),
            blocking);
  }

  private static Optional<At> at(Call call) {
    return call.parameter("at")
        .map(
            text ->
                At.parse(text)
                    .orElseThrow(
                        () ->
                            Errors.invalid(
                                    "at: \"%s\" is neither the number of an event nor a time such as 2026-11-20T14:03:00Z."
                                        .formatted(text))
                                .exception()));
  }

  private CompletionStage<DynoStory> story(String app, String identity) {
    return desk.app(app)
        .thenCompose(its -> find(its.id(), identity))
        .thenCompose(dyno -> desk.with().events().ofDyno(dyno))
        .thenApply(DynoStory::of);
  }

  /** The dyno of this id or name; of several of a name, the latest. */
  CompletionStage<DynoId> find(AppId app, String identity) {
    return desk.with()
        .control()
        .ask(app, new AppQuery.Dyno(identity))
        .thenCompose(
            answer ->
                answer instanceof Answer.Done<DynoAnswer>(DynoAnswer known)
                        && known.dyno().isPresent()
                    ? CompletableFuture.completedStage(known.id())
                    : desk.with()
                        .events()
                        .find(app, identity)
                        .thenApply(
                            found -> found.orElseThrow(() -> Errors.notFound("dyno").exception())));
  }
}
