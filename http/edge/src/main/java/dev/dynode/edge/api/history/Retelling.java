package dev.dynode.edge.api.history;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.dynode.domain.Refusal;
import dev.dynode.domain.app.AppEvent;
import dev.dynode.domain.app.AppOrder;
import dev.dynode.domain.app.AppState;
import dev.dynode.domain.app.AppState.App;
import dev.dynode.domain.app.AppState.Release;
import dev.dynode.domain.app.AppState.Requested;
import dev.dynode.domain.app.DynoView;
import dev.dynode.domain.dyno.DynoSpec;
import dev.dynode.domain.dyno.DynoState;
import dev.dynode.domain.history.AppStory;
import dev.dynode.domain.history.AppStory.Kept;
import dev.dynode.domain.history.DynoStory;
import dev.dynode.domain.history.Step;
import dev.dynode.domain.id.AppId;
import dev.dynode.domain.id.DynoId;
import dev.dynode.domain.logs.LogLine;
import dev.dynode.edge.api.context.EventLog;
import dev.dynode.edge.api.context.Shown;
import dev.dynode.edge.api.dynos.DynoJson;
import dev.dynode.edge.api.dynos.DynoPresenter;
import dev.dynode.edge.api.dynos.DynoRoutes;
import dev.dynode.edge.api.json.Named;
import dev.dynode.edge.api.request.Errors;
import dev.dynode.edge.api.request.Page.Field;
import dev.dynode.port.ControlPlane.Answer;
import dev.dynode.port.LogStore.LogFilter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What was, as the journal and the log tell it: the same whether a node tells it or a folder is
 * read without one. Blocks.
 */
public final class Retelling {
  private final EventLog events;
  private final Lines log;
  private final StoryJson stories;

  /** The last lines of an app's log that pass. */
  @FunctionalInterface
  public interface Lines {
    List<LogLine> last(AppId app, LogFilter filter);
  }

  /**
   * An app by its events.
   *
   * @param live dynos that take a slot, in order of request
   */
  public record Retold(App app, List<DynoView> live) {}

  public Retelling(EventLog events, Lines log, Shown shown) {
    this.events = events;
    this.log = log;
    stories = new StoryJson(shown);
  }

  /** The story of a dyno that was. */
  public DynoStory story(DynoId dyno) {
    return DynoStory.of(events.ofDyno(dyno).toCompletableFuture().join());
  }

  /** A dyno of the app by id or name, however long ago it ended. */
  public Optional<DynoId> find(AppId app, String identity) {
    return events.find(app, identity).toCompletableFuture().join();
  }

  public List<EventJson> events(DynoStory story, boolean states) {
    return story.steps().stream().map(step -> stories.event(story, step, states)).toList();
  }

  /** All events of an app as they are read; to be closed. */
  public Stream<EventJson> events(AppId app, boolean states) {
    var story = new AppStory(events::end);
    return events.ofApp(app).map(kept -> stories.event(story, story.next(kept.event()), states));
  }

  /** A dyno at some moment; as it is in the end where none is asked for. */
  public DynoStateJson state(DynoStory story, Optional<At> at) {
    return stories.state(
        story, at.map(place -> place.count(story)).orElse((long) story.steps().size()));
  }

  public ExplanationJson explanation(DynoStory story) {
    DynoSpec spec = spec(story);
    return new ExplanationJson(
        new Named(spec.id().toString(), spec.name().toString()), story.explanation());
  }

  public ExplanationJson explanation(AppId app, String name) {
    try (Stream<Kept> all = events.ofApp(app)) {
      return new ExplanationJson(
          new Named(app.toString(), name), AppStory.explanation(all.map(Kept::event)));
    }
  }

  private static DynoSpec spec(DynoStory story) {
    return switch (story.after(story.steps().size())) {
      case DynoState.Live live -> live.spec();
      case DynoState.Retired retired -> retired.spec();
      case DynoState.Absent _ -> throw Errors.notFound("dyno").exception();
    };
  }

  /** A dyno's lines in the log; others may have had its name before. */
  public List<OutputJson> output(DynoStory story) {
    DynoSpec spec = spec(story);
    Instant first = story.steps().getFirst().event().at();
    boolean over = story.after(story.steps().size()) instanceof DynoState.Retired;
    Instant last = over ? story.steps().getLast().event().at() : Instant.MAX;
    var lines = new ArrayList<OutputJson>();
    long offset = 0;
    for (LogLine line : log.last(spec.app(), new LogFilter("app", spec.name().toString()))) {
      if (!line.at().isBefore(first) && !line.at().isAfter(last)) {
        lines.add(new OutputJson(lines.size() + 1, offset, line.at().toString(), line.text()));
        offset += line.text().getBytes(UTF_8).length + 1;
      }
    }
    return lines;
  }

  /** What the app is by its events; empty: it never was, or is deleted. */
  public Optional<Retold> app(AppId id) {
    var story = new AppStory(_ -> Optional.empty());
    try (Stream<Kept> all = events.ofApp(id)) {
      return all.map(kept -> story.next(kept.event()))
          .reduce((_, later) -> later)
          .map(Step::after)
          .filter(App.class::isInstance)
          .map(App.class::cast)
          .filter(app -> app.deletedAt().isEmpty())
          .map(app -> new Retold(app, app.roster().values().stream().map(this::view).toList()));
    }
  }

  private DynoView view(Requested requested) {
    DynoStory story = story(requested.spec().id());
    return switch (story.after(story.steps().size())) {
      case DynoState.Live live -> DynoView.of(live);
      case DynoState.Retired retired -> DynoView.of(retired);
      case DynoState.Absent _ -> DynoView.of(requested);
    };
  }

  /** The dynos of an app, in the order of the API; nobody attaches to them without a node. */
  public List<DynoJson> dynos(Retold told, boolean all) {
    Field<DynoView> first = (all ? DynoRoutes.ALL : DynoRoutes.LIVE).getFirst();
    List<DynoView> ended =
        all ? events.lastEnded(told.app().id()).toCompletableFuture().join() : List.of();
    return DynoRoutes.listed(told.live(), all, ended).stream()
        .sorted(Comparator.comparing(first.key(), first.order()))
        .map(dyno -> DynoPresenter.dyno(told.app().name(), dyno, null))
        .toList();
  }

  /**
   * The app as it was at some moment.
   *
   * @param now the moment where none is asked for
   */
  public Answer<AppStateJson> state(AppId id, Optional<At> at, Instant now) {
    At place = at.orElse(new At.Time(now));
    Optional<Step<AppEvent, AppState, AppOrder>> last;
    try (Stream<Kept> all = events.ofApp(id)) {
      last =
          switch (place) {
            case At.Sequence(long number) -> AppStory.until(all.limit(number), Instant.MAX);
            case At.Time(Instant time) -> AppStory.until(all, time);
          };
    }
    if (last.isEmpty() || !(last.get().after() instanceof App app)) {
      return new Answer.Refused<>(missing(id));
    }
    Instant time = place instanceof At.Time(Instant asked) ? asked : last.get().event().at();
    return new Answer.Done<>(
        told(
            app,
            last.get().sequence(),
            time,
            app.roster().values().stream().map(dyno -> then(dyno, time)).toList()));
  }

  private Refusal missing(AppId id) {
    try (Stream<Kept> all = events.ofApp(id)) {
      return all.findFirst()
          .map(
              first ->
                  new Refusal(
                      Refusal.Reason.NOT_FOUND,
                      "The app did not exist yet: it was created at "
                          + first.event().at()
                          + ", by its event 1.",
                      Map.of("resource", "app")))
          .orElseGet(() -> Refusal.notFound("app"));
    }
  }

  /** One that is over by itself took its slot still where the app had not been told. */
  private AppStateJson.DynoJson then(Requested requested, Instant time) {
    DynoStory story = story(requested.spec().id());
    DynoState state = story.after(story.countAt(time));
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
    boolean released = !app.releases().isEmpty(); // its first release is its second event
    return new AppStateJson(
        sequence,
        time.toString(),
        app.name(),
        app.tier().name().toLowerCase(Locale.ROOT),
        app.maintenance(),
        released ? told(app.currentRelease()) : null,
        app.config().keySet().stream().sorted().toList(),
        released ? app.processTypes() : Map.of(),
        dynos);
  }

  private static AppStateJson.ReleaseJson told(Release release) {
    return new AppStateJson.ReleaseJson(
        release.version(), release.description(), release.by(), release.at().toString());
  }
}
