package dev.dynode.api;

import static org.apache.pekko.http.javadsl.server.PathMatchers.segment;

import dev.dynode.api.Page.Field;
import dev.dynode.api.wire.AppStateJson;
import dev.dynode.api.wire.EventJson;
import dev.dynode.api.wire.ExplanationJson;
import dev.dynode.api.wire.Named;
import dev.dynode.api.wire.OutputJson;
import dev.dynode.domain.app.AppEvent;
import dev.dynode.domain.app.AppOrder;
import dev.dynode.domain.app.AppState;
import dev.dynode.domain.app.AppState.App;
import dev.dynode.domain.app.AppState.Release;
import dev.dynode.domain.dyno.DynoSpec;
import dev.dynode.domain.dyno.DynoState;
import dev.dynode.domain.history.AppStory;
import dev.dynode.domain.history.DynoStory;
import dev.dynode.domain.history.Step;
import dev.dynode.domain.id.AppId;
import dev.dynode.domain.id.DynoId;
import dev.dynode.domain.logs.LogLine;
import dev.dynode.port.ControlPlane.AppView;
import dev.dynode.port.LogStore.LogFilter;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
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
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;

/** What was, as the journal tells it. Finished dynos are found by id or name however old. */
final class HistoryRoutes extends AllDirectives {
  private static final int READS_AT_ONCE = 8;

  private static final List<Field<OutputJson>> LINE =
      List.of(Field.number("sequence", OutputJson::sequence));

  private final Desk desk;
  private final Executor blocking;
  private final StoryJson stories;

  HistoryRoutes(Desk desk, Executor blocking) {
    this.desk = desk;
    stories = new StoryJson(desk.with().shown());
    this.blocking = blocking;
  }

  Route routes() {
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
            view -> {
              AppId id = view.app().id();
              return call.parameter("lines").isPresent()
                  ? Desk.lines(() -> told(id, wantsStates(call)).map(StoryJson::line))
                  : appPage(call, id);
            },
            blocking);
  }

  /** All events of an app as they are read. */
  private Stream<EventJson> told(AppId app, boolean states) {
    EventLog events = desk.with().events();
    var story = new AppStory(events::end);
    return events.ofApp(app).map(story::next).map(step -> stories.event(story, step, states));
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
    try (Stream<AppEvent> all = events.ofApp(app)) {
      all.limit(last)
          .map(story::next)
          .filter(step -> wanted.contains(step.sequence()))
          .forEach(
              step -> told.put(step.sequence(), stories.event(story, step, wantsStates(call))));
    }
    return Desk.list(page, page.items().stream().map(told::get).toList());
  }

  private static boolean wantsStates(Call call) {
    return call.parameter("states").isPresent();
  }

  /** One page of the steps; the others are not told. */
  private <S extends Step<?, ?, ?>> HttpResponse list(
      Call call, List<S> steps, Function<S, EventJson> told) {
    Page<S> page =
        desk.page(call, steps, List.of(Field.number("sequence", step -> (int) step.sequence())));
    return Desk.list(page, page.items().stream().map(told).toList());
  }

  private CompletionStage<HttpResponse> state(Call call, String app, String identity) {
    return story(app, identity)
        .thenApply(
            story -> {
              long events = at(call).map(at -> at.count(story)).orElse((long) story.steps().size());
              return Json.response(200, stories.state(story, events));
            });
  }

  private CompletionStage<HttpResponse> explanation(String app, String identity) {
    return story(app, identity)
        .thenApply(
            story -> Json.response(200, new ExplanationJson(named(story), story.explanation())));
  }

  private CompletionStage<HttpResponse> output(Call call, String app, String identity) {
    return story(app, identity)
        .thenApplyAsync(
            story -> desk.list(call, printed(call, spec(story), story), LINE), blocking);
  }

  /** Its lines in the log; others may have had its name before. */
  private List<OutputJson> printed(Call call, DynoSpec spec, DynoStory story) {
    Instant first = story.steps().getFirst().event().at();
    boolean over = story.after(story.steps().size()) instanceof DynoState.Retired;
    Instant last = over ? story.steps().getLast().event().at() : Instant.MAX;
    var lines = new ArrayList<OutputJson>();
    long offset = 0;
    for (LogLine line :
        desk.with()
            .logs()
            .last(
                spec.app(),
                call.settings().streams().maxLines(),
                new LogFilter("app", spec.name().toString()))) {
      if (!line.at().isBefore(first) && !line.at().isAfter(last)) {
        lines.add(new OutputJson(lines.size() + 1, offset, line.at().toString(), line.text()));
        offset += line.text().getBytes(StandardCharsets.UTF_8).length + 1;
      }
    }
    return lines;
  }

  private CompletionStage<HttpResponse> appExplanation(String name) {
    return desk.app(name)
        .thenApplyAsync(
            view -> {
              try (Stream<AppEvent> events = desk.with().events().ofApp(view.app().id())) {
                return Json.response(
                    200,
                    new ExplanationJson(
                        new Named(view.app().id().toString(), view.app().name()),
                        AppStory.explanation(events)));
              }
            },
            blocking);
  }

  private static Named named(DynoStory story) {
    DynoSpec spec = spec(story);
    return new Named(spec.id().toString(), spec.name().toString());
  }

  private static DynoSpec spec(DynoStory story) {
    return switch (story.after(story.steps().size())) {
      case DynoState.Live live -> live.spec();
      case DynoState.Retired retired -> retired.spec();
      case DynoState.Absent _ -> throw Errors.notFound("dyno").exception();
    };
  }

  /** A place in a story. */
  private sealed interface At {
    record Sequence(long number) implements At {}

    record Time(Instant time) implements At {}

    default long count(DynoStory story) {
      return switch (this) {
        case Sequence(long number) -> number;
        case Time(Instant time) -> story.countAt(time);
      };
    }
  }

  private static Optional<At> at(Call call) {
    return call.parameter("at")
        .map(
            text -> {
              try {
                return text.matches("[0-9]{1,18}")
                    ? new At.Sequence(Long.parseLong(text))
                    : new At.Time(Instant.parse(text));
              } catch (DateTimeParseException e) {
                throw Errors.invalid(
                        "at: \"%s\" is neither the number of an event nor a time such as 2026-11-20T14:03:00Z."
                            .formatted(text))
                    .exception();
              }
            });
  }

  private CompletionStage<DynoStory> story(String app, String identity) {
    return desk.app(app)
        .thenCompose(view -> find(view, identity))
        .thenCompose(dyno -> desk.with().events().ofDyno(dyno))
        .thenApply(DynoStory::of);
  }

  /** The dyno of this id or name; of several of a name, the latest. */
  CompletionStage<DynoId> find(AppView view, String identity) {
    return view.app()
        .dyno(identity)
        .<CompletionStage<DynoId>>map(CompletableFuture::completedFuture)
        .orElseGet(
            () ->
                desk.with()
                    .events()
                    .find(view.app().id(), identity)
                    .thenApply(
                        found -> found.orElseThrow(() -> Errors.notFound("dyno").exception())));
  }

  private CompletionStage<HttpResponse> appState(Call call, String name) {
    Instant now = desk.with().clock().instant();
    Optional<At> at = at(call);
    return desk.app(name)
        .thenApplyAsync(view -> then(view.app().id(), at), blocking)
        .thenCompose(
            last -> {
              if (!(last.after() instanceof App app)) {
                throw Errors.notFound("app").exception();
              }
              Instant time =
                  at.orElse(new At.Time(now)) instanceof At.Time(Instant asked)
                      ? asked
                      : last.event().at();
              return dynos(app, time)
                  .thenApply(dynos -> Json.response(200, told(app, last.sequence(), time, dynos)));
            });
  }

  /** The last step until then. */
  private Step<AppEvent, AppState, AppOrder> then(AppId app, Optional<At> at) {
    var story = new AppStory(_ -> Optional.empty());
    try (Stream<AppEvent> events = desk.with().events().ofApp(app)) {
      Stream<AppEvent> until =
          switch (at.orElse(new At.Time(Instant.MAX))) {
            case At.Sequence(long number) -> events.limit(number);
            case At.Time(Instant time) -> events.takeWhile(event -> !event.at().isAfter(time));
          };
      return until
          .map(story::next)
          .reduce((_, later) -> later)
          .orElseThrow(() -> Errors.notFound("app").exception());
    }
  }

  private CompletionStage<List<AppStateJson.DynoJson>> dynos(App app, Instant time) {
    return Source.from(new ArrayList<>(app.roster().values()))
        .mapAsync(
            READS_AT_ONCE,
            requested ->
                desk.with()
                    .events()
                    .ofDyno(requested.spec().id())
                    .thenApply(DynoStory::of)
                    .thenApply(story -> dyno(requested, story.after(story.countAt(time)))))
        .filter(dyno -> !dyno.state().equals(DynoStory.RETIRED)) // the app learns it a moment later
        .runWith(Sink.seq(), desk.system());
  }

  private static AppStateJson.DynoJson dyno(AppState.Requested requested, DynoState state) {
    DynoSpec spec = requested.spec();
    Optional<Instant> started =
        state instanceof DynoState.Live live ? live.startedAt() : Optional.empty();
    return new AppStateJson.DynoJson(
        spec.id().toString(),
        spec.name().toString(),
        spec.size(),
        DynoStory.word(state),
        spec.command(),
        spec.releaseVersion(),
        requested.at().toString(),
        started.map(Instant::toString).orElse(null));
  }

  private static AppStateJson told(
      App app, long sequence, Instant time, List<AppStateJson.DynoJson> dynos) {
    Release release = app.currentRelease();
    return new AppStateJson(
        sequence,
        time.toString(),
        app.name(),
        app.tier().name().toLowerCase(Locale.ROOT),
        app.maintenance(),
        new AppStateJson.ReleaseJson(
            release.version(), release.description(), release.by(), release.at().toString()),
        app.config().keySet().stream().sorted().toList(),
        app.processTypes(),
        dynos);
  }
}
