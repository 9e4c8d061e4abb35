package dev.dynode.domain.history;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.dynode.domain.Shortage;
import dev.dynode.domain.Story;
import dev.dynode.domain.app.AppCommand;
import dev.dynode.domain.app.AppDecider;
import dev.dynode.domain.app.AppEvent;
import dev.dynode.domain.app.AppEvent.DynoRefused;
import dev.dynode.domain.app.AppEvent.DynoRequested;
import dev.dynode.domain.app.AppOrder;
import dev.dynode.domain.app.AppPolicy;
import dev.dynode.domain.app.AppState;
import dev.dynode.domain.app.Limit;
import dev.dynode.domain.app.Tier;
import dev.dynode.domain.dyno.DynoCommand;
import dev.dynode.domain.dyno.DynoDecider;
import dev.dynode.domain.dyno.DynoEvent;
import dev.dynode.domain.dyno.DynoEvent.Ending;
import dev.dynode.domain.dyno.DynoPolicy;
import dev.dynode.domain.dyno.DynoSize;
import dev.dynode.domain.dyno.DynoSpec;
import dev.dynode.domain.dyno.DynoState;
import dev.dynode.domain.id.AppId;
import dev.dynode.domain.id.DynoId;
import dev.dynode.domain.id.HostId;
import dev.dynode.domain.id.ReleaseId;
import dev.dynode.domain.placement.Grounds;
import dev.dynode.domain.placement.Placement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Limits, refusals and placements of a history are judged by what their events tell of them. */
@Tag("unit")
class JudgedAgainTest {
  private static final String USER = "user@example.com";
  private static final int MOST = 8;
  private static final HostId HOST = new HostId("host-3");

  private final Story<AppCommand, AppEvent, AppState, AppOrder> story =
      new Story<>(
          new AppDecider(AppPolicy.limited(DynoPolicy.HEROKU, new Limit("standard", MOST))));
  private int ids;

  private UUID id() {
    return new UUID(7, ++ids);
  }

  private void app() {
    story.when(
        new AppCommand.CreateApp(
            USER,
            new AppId(id()),
            new ReleaseId(id()),
            "demo",
            Tier.PRODUCTION,
            "local",
            "dynode-1"));
  }

  private AppCommand.RunDyno command() {
    story.after(Duration.ofSeconds(1));
    return new AppCommand.RunDyno(
        USER,
        new DynoId(id()),
        ids,
        "bash",
        "run",
        Optional.empty(),
        true,
        true,
        Map.of(),
        Optional.empty(),
        Optional.empty());
  }

  private void run(int times) {
    for (int i = 0; i < times; i++) {
      story.when(command());
    }
  }

  private void retire(DynoId dyno) {
    story.when(
        new AppCommand.RetireDyno("dynode", dyno, Ending.EXITED, Optional.of(0), story.now()));
  }

  private AppState.App state() {
    return (AppState.App) story.state();
  }

  private static String found(List<AppEvent> journal) {
    Review<AppEvent, AppState> review = Review.ofApp();
    journal.forEach(review::add);
    review.end();
    return review.finding().map(f -> f.sequence() + ": " + f.reason()).orElse("nothing");
  }

  private <E extends AppEvent> E last(Class<E> kind) {
    return story.journal().stream()
        .filter(kind::isInstance)
        .map(kind::cast)
        .reduce((_, later) -> later)
        .orElseThrow();
  }

  private List<AppEvent> with(AppEvent old, AppEvent changed) {
    var journal = new ArrayList<>(story.journal());
    journal.set(journal.indexOf(old), changed);
    return journal;
  }

  private static DynoRefused refused(
      DynoRefused of, Optional<Limit> limit, Optional<Limit.Counted> counted) {
    return new DynoRefused(
        of.at(),
        of.by(),
        of.id(),
        of.command(),
        of.size(),
        of.reason(),
        of.message(),
        limit,
        counted,
        of.shortage());
  }

  @Test
  void aRefusalTellsWhoWasCounted() {
    app();
    run(MOST + 1);
    DynoRefused refused = last(DynoRefused.class);
    assertEquals(Optional.of(new Limit("standard", MOST)), refused.limit());
    assertEquals(
        Optional.of(new Limit.Counted(MOST, List.copyOf(state().roster().keySet()))),
        refused.counted());
    assertEquals("nothing", found(story.journal()));
  }

  @Test
  void whoIsNamedIsBounded() {
    var rules = new AppDecider(AppPolicy.limited(DynoPolicy.HEROKU, new Limit("standard", 100)));
    app();
    AppState app = rules.replay(story.journal());
    for (int i = 0; i < 100; i++) {
      for (AppEvent event : rules.decide(app, command(), story.now()).events()) {
        app = rules.evolve(app, event);
      }
    }
    var refused = (DynoRefused) rules.decide(app, command(), story.now()).events().getFirst();
    assertEquals(100, refused.counted().orElseThrow().dynos());
    assertEquals(Limit.MOST_NAMED, refused.counted().orElseThrow().ids().size());
  }

  @Test
  void aRefusalBeforeAnyDynoIsFound() {
    app();
    run(MOST + 1);
    var journal = new ArrayList<>(story.journal());
    journal.add(2, journal.removeLast());
    assertEquals("3: DynoRefused should be DynoRequested", found(journal));
    var old = (DynoRefused) journal.get(2);
    journal.set(2, refused(old, Optional.empty(), Optional.empty()));
    assertEquals("3: DynoRefused should be DynoRequested", found(journal), "its sentence tells it");
  }

  @Test
  void moreThanTheLimitIsFoundAtTheFirstThatIsTooMany() {
    app();
    for (int i = 0; i < 263; i++) {
      run(1);
      retire(last(DynoRequested.class).spec().id());
    }
    assertEquals("nothing", found(story.journal()));
    var journal = new ArrayList<>(story.journal());
    List<AppEvent> ends = journal.stream().filter(AppEvent.DynoRetired.class::isInstance).toList();
    journal.removeAll(ends);
    journal.addAll(ends); // all were there at the same time
    assertEquals(
        "11: it would be refused today: Cannot run more than 8 Standard-1X size dynos.",
        found(journal));
  }

  @Test
  void whoIsSaidToHaveBeenCountedMustHaveBeenThere() {
    app();
    run(MOST + 1);
    DynoRefused told = last(DynoRefused.class);
    assertEquals(
        "11: DynoRefused: counted.dynos is 9, should be 8",
        found(
            with(
                told,
                refused(
                    told,
                    told.limit(),
                    told.counted().map(all -> new Limit.Counted(9, all.ids()))))));
    assertEquals(
        "11: DynoRefused: counted.ids is another one",
        found(
            with(
                told,
                refused(
                    told,
                    told.limit(),
                    Optional.of(new Limit.Counted(MOST, List.of(new DynoId(id()))))))));
    assertEquals(
        "11: DynoRefused should be DynoRequested",
        found(with(told, refused(told, Optional.of(new Limit("basic", MOST)), told.counted()))));
  }

  @Test
  void aShortageMustLeadToWhatWasSaid() {
    app();
    long size = 512L << 20;
    story.when(
        new AppCommand.RunNowhere(command(), new Shortage(3, 1, 0, size, 8L << 30).refusal()));
    assertEquals("nothing", found(story.journal()));
    DynoRefused told = last(DynoRefused.class);
    assertEquals(
        "3: DynoRefused: message is %s, should be %s"
            .formatted(told.message(), new Shortage(0, 0, 0, size, 0).refusal().message()),
        found(with(told, shortOf(told, new Shortage(0, 0, 0, size, 0)))));
    assertEquals(
        "3: DynoRefused: shortage.bytes is 1, should be 536870912",
        found(with(told, shortOf(told, new Shortage(3, 1, 0, 1, 8L << 30)))));
    assertEquals(
        "3: DynoRefused: limit.name is basic, should be standard",
        found(with(told, refused(told, Optional.of(new Limit("basic", MOST)), told.counted())))
            .replaceFirst(", limit.most.*", ""));
  }

  private static DynoRefused shortOf(DynoRefused of, Shortage shortage) {
    return new DynoRefused(
        of.at(),
        of.by(),
        of.id(),
        of.command(),
        of.size(),
        of.reason(),
        of.message(),
        of.limit(),
        of.counted(),
        Optional.of(shortage));
  }

  /** What is found of a dyno that was placed so. */
  private String placed(int dynos, Optional<Grounds.Memory> memory) {
    app();
    run(1);
    DynoSpec spec = last(DynoRequested.class).spec();
    var dyno = new Story<>(new DynoDecider());
    dyno.when(
        new DynoCommand.Create(
            USER,
            spec,
            HOST,
            Optional.of(new Grounds(3, dynos, 10, Optional.of(Placement.SPREAD), memory))));
    Review<DynoEvent, DynoState> review = Review.ofDyno();
    dyno.journal().forEach(review::add);
    review.end();
    return review.finding().map(f -> f.sequence() + ": " + f.reason()).orElse("nothing");
  }

  @Test
  void aFullHostIsFound() {
    assertEquals("nothing", placed(9, Optional.empty()));
    assertEquals(
        "1: it would be refused today: host-3 had 999 of 10 dynos", placed(999, Optional.empty()));
    assertEquals(
        "nothing", placed(1, Optional.of(new Grounds.Memory(1L << 30, (1L << 30) + (512L << 20)))));
    assertEquals(
        "1: it would be refused today: host-3 had no memory left for it",
        placed(1, Optional.of(new Grounds.Memory(1L << 30, (1L << 30) + (511L << 20)))));
  }

  @Test
  void whatASizeGivesStaysWhatItWas() {
    app();
    run(1);
    DynoRequested granted = last(DynoRequested.class);
    DynoSpec spec = granted.spec();
    assertEquals(DynoSize.named("Standard-1X"), spec.resolved());
    var smaller = new DynoSize("Standard-1X", DynoSize.Family.STANDARD, 256, 1, false, 128, 25);
    DynoSpec then = spec.sized(spec.sizing(), Optional.of(smaller));
    assertEquals(256L << 20, DynoSize.of(then).memoryBytes());
    assertEquals(
        "nothing",
        found(
            with(
                granted,
                new DynoRequested(
                    granted.at(), granted.by(), then, granted.idempotencyKey(), granted.limit()))),
        "the catalogue was another one");
    DynoSpec old = spec.sized(spec.sizing(), Optional.empty());
    assertEquals(512L << 20, DynoSize.of(old).memoryBytes());
    assertEquals(
        "nothing",
        found(
            with(
                granted,
                new DynoRequested(
                    granted.at(), granted.by(), old, granted.idempotencyKey(), Optional.empty()))),
        "older events tell neither");
  }
}
