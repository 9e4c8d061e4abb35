package dev.dynode.domain.conductor;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.dynode.domain.Failure;
import dev.dynode.domain.Refusal;
import dev.dynode.domain.Shortage;
import dev.dynode.domain.app.AppCommand;
import dev.dynode.domain.app.AppCommand.RunDyno;
import dev.dynode.domain.app.AppDecider;
import dev.dynode.domain.app.AppOrder;
import dev.dynode.domain.app.AppPolicy;
import dev.dynode.domain.app.AppState;
import dev.dynode.domain.app.AppState.App;
import dev.dynode.domain.app.Tier;
import dev.dynode.domain.conductor.Signal.Verdict;
import dev.dynode.domain.conductor.Signal.Wake;
import dev.dynode.domain.dyno.DynoCommand;
import dev.dynode.domain.dyno.DynoDecider;
import dev.dynode.domain.dyno.DynoOrder;
import dev.dynode.domain.dyno.DynoSpec;
import dev.dynode.domain.dyno.DynoState;
import dev.dynode.domain.host.HostView;
import dev.dynode.domain.id.AppId;
import dev.dynode.domain.id.DynoId;
import dev.dynode.domain.id.HostId;
import dev.dynode.domain.id.ReleaseId;
import dev.dynode.domain.placement.Placement;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("unit")
class ConductorTest {
  private static final Instant NOW = Instant.parse("2026-11-27T10:00:00Z");
  private static final String ASKER = "asker";
  private static final String HOST = "host";
  private static final DynoId DYNO = new DynoId(new UUID(0, 1));
  private static final DynoId OTHER = new DynoId(new UUID(0, 2));

  private final AppDecider appRules = new AppDecider(AppPolicy.HEROKU);
  private final DynoDecider dynoRules = new DynoDecider();
  private final Map<DynoId, DynoState> dynos = new HashMap<>();
  private AppState app = appRules.initial();
  private final Conductor<String> conductor =
      new Conductor<>(
          appRules,
          Placement.SPREAD,
          new Conductor.Known() {
            @Override
            public AppState app() {
              return app;
            }

            @Override
            public Optional<DynoState> dyno(DynoId dyno) {
              return Optional.ofNullable(dynos.get(dyno));
            }
          });

  @BeforeEach
  void create() {
    tellApp(
        new AppCommand.CreateApp(
            "user@example.com",
            new AppId(new UUID(1, 1)),
            new ReleaseId(new UUID(2, 1)),
            "demo",
            Tier.ECO,
            "us",
            "heroku-24"));
  }

  private void tellApp(AppCommand command) {
    for (var event : appRules.decide(app, command, NOW).events()) {
      app = appRules.evolve(app, event);
    }
  }

  private void tellDyno(DynoId dyno, DynoCommand command) {
    DynoState state = dynos.getOrDefault(dyno, dynoRules.initial());
    for (var event : dynoRules.decide(state, command, NOW).events()) {
      state = dynoRules.evolve(state, event);
    }
    dynos.put(dyno, state);
  }

  private List<Step<String>> hear(Signal<String> signal) {
    return conductor.on(signal, NOW);
  }

  private static RunDyno run(DynoId dyno) {
    return new RunDyno(
        "user@example.com",
        dyno,
        7,
        "bash",
        "run",
        Optional.empty(),
        false,
        true,
        Map.of(),
        Optional.empty(),
        Optional.empty());
  }

  private static HostView host(String id, int dynos) {
    return new HostView(new HostId(id), dynos, 10);
  }

  private static Signal<String> seen(boolean settled, HostView... hosts) {
    return new Signal.HostsSeen<>(DYNO, List.of(hosts), hosts.length, 0, settled);
  }

  private static Signal<String> answer(String host, boolean kept) {
    return new Signal.PlaceAnswered<>(DYNO, host(host, kept ? 0 : 10), kept, false);
  }

  private static Step<String> ask(String host) {
    return new Step.AskPlace<>(new HostId(host), DYNO, 1, 512L << 20);
  }

  private static Step<String> release(String host) {
    return new Step.ReleasePlace<>(new HostId(host), DYNO, 1);
  }

  private static Step<String> decide(AppCommand command) {
    return new Step.Decide<>(ASKER, run(DYNO), command);
  }

  private static Step<String> lookForHosts() {
    return new Step.LookForHosts<>(DYNO, 512L << 20);
  }

  /** A dyno that the app has granted, and whose decider is there. */
  private DynoSpec granted(DynoId dyno) {
    tellApp(run(dyno));
    dynos.put(dyno, dynoRules.initial());
    return requireNonNull(((App) app).roster().get(dyno)).spec();
  }

  private DynoCommand create(String host) {
    hear(new Signal.DynoOrdered<>(DYNO, new DynoOrder.ChooseHost(1)));
    hear(seen(true, host(host, 0)));
    Step<String> place = hear(answer(host, true)).getFirst();
    return assertInstanceOf(Step.Place.class, place).command();
  }

  @Test
  void aHostKeepsAPlaceBeforeTheAppDecidesAndTheDynoBeginsInIt() {
    assertEquals(List.of(lookForHosts()), hear(new Signal.RunAsked<>(ASKER, run(DYNO))));
    assertEquals(ask("b"), hear(seen(true, host("a", 5), host("b", 1))).getFirst());
    assertEquals(List.of(decide(run(DYNO))), hear(answer("b", true)));
    DynoSpec spec = granted(DYNO);
    dynos.clear();
    assertEquals(
        List.of(new Step.Launch<>(spec)),
        hear(new Signal.AppOrdered<>(new AppOrder.LaunchDyno("user@example.com", spec))));
    dynos.put(DYNO, dynoRules.initial());
    var granted = new Verdict.Granted(DYNO);
    assertEquals(
        List.of(),
        hear(new Signal.RunDecided<>(ASKER, run(DYNO), granted)),
        "it is answered once it is journaled");
    Step<String> place =
        hear(new Signal.DynoOrdered<>(DYNO, new DynoOrder.ChooseHost(1))).getFirst();
    var create =
        assertInstanceOf(
            DynoCommand.Create.class, assertInstanceOf(Step.Place.class, place).command());
    assertEquals(new HostId("b"), create.host());
    assertEquals(
        List.of(),
        hear(new Signal.DynoOrdered<>(DYNO, new DynoOrder.ChooseHost(1))),
        "it is told once");
    tellDyno(DYNO, create);
    assertEquals(List.of(new Step.Answer<>(ASKER, granted)), hear(new Signal.DynoChanged<>(DYNO)));
    assertEquals(List.of(), hear(new Signal.Placed<>(DYNO)));
  }

  @Test
  void nobodyHasAPlace() {
    hear(new Signal.RunAsked<>(ASKER, run(DYNO)));
    assertEquals(ask("a"), hear(seen(true, host("a", 10), host("b", 10))).getFirst());
    assertEquals(ask("b"), hear(answer("a", false)).getFirst());
    assertEquals(
        List.of(
            release("a"),
            release("b"),
            decide(
                new AppCommand.RunNowhere(
                    run(DYNO), new Shortage(2, 0, 0, 512L << 20, Long.MAX_VALUE).refusal()))),
        hear(answer("b", false)));
  }

  @Test
  void aSilentHostIsPassedOverAndNeedsNotKeepWhatItMayHaveHeardOf() {
    hear(new Signal.RunAsked<>(ASKER, run(DYNO)));
    hear(seen(true, host("a", 0), host("b", 1)));
    assertEquals(
        ask("b"), hear(new Signal.Due<>(new Wake.Silent(DYNO, new HostId("a"), 1))).getFirst());
    assertEquals(
        List.of(),
        hear(new Signal.Due<>(new Wake.Silent(DYNO, new HostId("a"), 1))),
        "it is not the one that is asked now");
    assertEquals(List.of(release("a"), decide(run(DYNO))), hear(answer("b", true)));
    assertEquals(List.of(), hear(answer("a", true)), "too late, and told so");
  }

  @Test
  void whoeverAnswersLateButKeepsAPlaceIsTaken() {
    hear(new Signal.RunAsked<>(ASKER, run(DYNO)));
    hear(seen(true, host("a", 0), host("b", 1)));
    hear(new Signal.Due<>(new Wake.Silent(DYNO, new HostId("a"), 1)));
    assertEquals(List.of(release("b"), decide(run(DYNO))), hear(answer("a", true)));
  }

  @Test
  void hostsThatWereNotHeardOfYetAreWaitedFor() {
    hear(new Signal.RunAsked<>(ASKER, run(DYNO)));
    var again = new Wake.LookAgain(DYNO);
    assertEquals(List.of(new Step.Later<>(PlaceSearch.LOOK_AGAIN, again)), hear(seen(false)));
    assertEquals(List.of(lookForHosts()), hear(new Signal.Due<>(again)));
    assertEquals(ask("a"), hear(seen(true, host("a", 0))).getFirst());
  }

  @Test
  void whoAsksAgainMeanwhileIsAnsweredToo() {
    hear(new Signal.RunAsked<>(ASKER, run(DYNO)));
    assertEquals(List.of(), hear(new Signal.RunAsked<>("again", run(DYNO))));
    hear(seen(true, host("a", 0)));
    assertEquals(
        List.of(decide(run(DYNO)), new Step.Decide<>("again", run(DYNO), run(DYNO))),
        hear(answer("a", true)));
  }

  @Test
  void whoAsksAgainWhileTheAppDecidesDoesNotTakeTheDynosPlace() {
    hear(new Signal.RunAsked<>(ASKER, run(DYNO)));
    hear(seen(true, host("a", 0)));
    hear(answer("a", true));
    assertEquals(
        List.of(new Step.Decide<>("again", run(DYNO), run(DYNO))),
        hear(new Signal.RunAsked<>("again", run(DYNO))));
    granted(DYNO);
    hear(new Signal.RunDecided<>(ASKER, run(DYNO), new Verdict.Granted(DYNO)));
    assertInstanceOf(
        Step.Place.class,
        hear(new Signal.DynoOrdered<>(DYNO, new DynoOrder.ChooseHost(1))).getFirst());
  }

  @Test
  void aPlaceIsGivenBackWhenTheAppRefuses() {
    hear(new Signal.RunAsked<>(ASKER, run(DYNO)));
    hear(seen(true, host("a", 0)));
    hear(answer("a", true));
    var refused = new Verdict.Refused(Refusal.late());
    assertEquals(
        List.of(release("a"), new Step.Answer<>(ASKER, refused)),
        hear(new Signal.RunDecided<>(ASKER, run(DYNO), refused)));
  }

  @Test
  void dynosAreCountedBeforeOneIsRefusedForThem() {
    granted(OTHER); // the most an Eco app may have
    assertEquals(
        List.of(
            new Step.Count<>(DYNO), new Step.Later<>(Conductor.COUNT, new Wake.CountEnds(DYNO))),
        hear(new Signal.RunAsked<>(ASKER, run(DYNO))));
    assertEquals(List.of(lookForHosts()), hear(new Signal.Counted<>(DYNO, true)));
    assertEquals(List.of(), hear(new Signal.Due<>(new Wake.CountEnds(DYNO))));
  }

  @Test
  void whoeverIsAboveTheLimitAfterTheCountIsDecidedWithoutAPlace() {
    granted(OTHER);
    hear(new Signal.RunAsked<>(ASKER, run(DYNO)));
    assertEquals(List.of(decide(run(DYNO))), hear(new Signal.Counted<>(DYNO, false)));
    hear(new Signal.RunAsked<>(ASKER, run(DYNO)));
    assertEquals(List.of(decide(run(DYNO))), hear(new Signal.Due<>(new Wake.CountEnds(DYNO))));
  }

  @Test
  void aGrantedDynoWaitsForAHostAndIsPlacedWhenOneComes() {
    granted(DYNO);
    hear(new Signal.DynoOrdered<>(DYNO, new DynoOrder.ChooseHost(1)));
    var again = new Wake.PlaceAgain(DYNO);
    assertEquals(List.of(new Step.Later<>(Conductor.PLACE_AGAIN, again)), hear(seen(true)));
    assertEquals(List.of(lookForHosts()), hear(new Signal.HostFound<>(List.of())));
    assertEquals(List.of(), hear(new Signal.Due<>(again)), "it is looked for already");
  }

  @Test
  void aDynoThatCannotBeWrittenIsTriedAgainAndToldAtTheSecondFailure() {
    granted(DYNO);
    hear(new Signal.RunDecided<>(ASKER, run(DYNO), new Verdict.Granted(DYNO)));
    Failure why = Failure.notDone("The journal is full.");
    create("a");
    assertEquals(List.of(), hear(new Signal.Unborn<>(DYNO, why)));
    create("a");
    Step<String> told = hear(new Signal.Unborn<>(DYNO, why)).getFirst();
    Verdict verdict = assertInstanceOf(Step.Answer.class, told).verdict();
    assertEquals(
        Failure.Kind.MAY_BE_DONE, assertInstanceOf(Verdict.Failed.class, verdict).why().kind());
    create("a");
  }

  @Test
  void whatCarriesADynoAndEndsIsStartedAgainWhateverItWasTold() {
    DynoSpec spec = granted(DYNO);
    create("a");
    dynos.clear();
    assertEquals(List.of(new Step.Launch<>(spec)), hear(new Signal.DynoEnded<>(DYNO)));
    dynos.put(DYNO, dynoRules.initial());
    assertEquals(
        List.of(lookForHosts()), hear(new Signal.DynoOrdered<>(DYNO, new DynoOrder.ChooseHost(1))));
  }

  @Test
  void itsEndIsToldToTheAppAndThenItIsForgotten() {
    granted(DYNO);
    tellDyno(DYNO, create("a"));
    tellDyno(DYNO, new DynoCommand.ReportStarted(1, 5));
    tellDyno(DYNO, new DynoCommand.ReportExited(1, 3));
    var retired = assertInstanceOf(DynoState.Retired.class, dynos.get(DYNO));
    var order = new DynoOrder.ReportRetired(retired.ending(), retired.status(), retired.endedAt());
    List<Step<String>> told = hear(new Signal.DynoOrdered<>(DYNO, order));
    var retire =
        new AppCommand.RetireDyno(
            DynoDecider.SYSTEM, DYNO, retired.ending(), retired.status(), NOW);
    assertEquals(List.of(new Step.Retire<>(retire)), told);
    assertEquals(
        told,
        hear(new Signal.AppOrdered<>(new AppOrder.LaunchDyno("user@example.com", retired.spec()))),
        "the app's record has started again, and does not know");
    assertEquals(List.of(new Step.Forget<>(DYNO)), hear(new Signal.Retired<>(DYNO)));
  }

  @Test
  void reportsOfWhatIsOverAreDismissedAndThoseOfADynoThatSleepsWakeIt() {
    var report = new DynoCommand.ReportExited(1, 0);
    assertEquals(
        List.of(new Step.Dismiss<>(DYNO, HOST)), hear(new Signal.Reported<>(DYNO, report, HOST)));
    assertEquals(
        List.of(new Step.Dismiss<>(DYNO, HOST)),
        hear(new Signal.HostHolds<>(DYNO, Optional.of(new HostId("a")), HOST)));
    DynoSpec spec = granted(DYNO);
    dynos.clear();
    assertEquals(
        List.of(new Step.Launch<>(spec), new Step.Pass<>(DYNO, report, HOST)),
        hear(new Signal.Reported<>(DYNO, report, HOST)));
    dynos.put(DYNO, dynoRules.initial());
    assertEquals(
        List.of(new Step.Resume<>(DYNO)),
        hear(new Signal.HostHolds<>(DYNO, Optional.of(new HostId("a")), HOST)));
  }

  @Test
  void ofALostHostEachDynoIsToldItsGeneration() {
    granted(DYNO);
    tellDyno(DYNO, create("a"));
    assertEquals(
        List.of(new Step.Tell<>(DYNO, new DynoCommand.ReportLost(1, "Host a was lost"))),
        hear(new Signal.HostLost<>(new HostId("a"), List.of(DYNO))));
  }

  @Test
  void whatAHostHasNotDoneIsOrderedAgain() {
    granted(DYNO);
    tellDyno(DYNO, create("a"));
    var due = new Signal.Due<String>(new Wake.OrderAgain());
    var later = new Step.Later<String>(Conductor.ORDER_AGAIN, new Wake.OrderAgain());
    assertEquals(List.of(later), hear(due), "it had no time yet");
    assertEquals(List.of(new Step.Resume<>(DYNO), later), hear(due));
    tellDyno(DYNO, new DynoCommand.ReportStarted(1, 5));
    assertEquals(List.of(later), hear(due));
  }

  @Test
  void aNameIsFreedUnlessTheAppHasIt() {
    assertEquals(List.of(), hear(new Signal.NameClaimed<>("demo")));
    assertEquals(List.of(new Step.FreeName<>("other")), hear(new Signal.NameClaimed<>("other")));
    var dismantle = new AppOrder.Dismantle("demo");
    assertEquals(
        List.of(new Step.FreeName<>("demo"), new Step.CarryOut<>(dismantle)),
        hear(new Signal.AppOrdered<>(dismantle)));
    tellApp(new AppCommand.DeleteApp("user@example.com"));
    assertEquals(List.of(new Step.FreeName<>("demo")), hear(new Signal.NameClaimed<>("demo")));
  }

  @Test
  void aHostThatCannotBeToldFailsWhoeverAsks() {
    hear(new Signal.RunAsked<>(ASKER, run(DYNO)));
    assertEquals(
        List.of(new Step.Answer<>(ASKER, new Verdict.Failed(Failure.broken()))),
        hear(new Signal.HostsUnknown<>(DYNO)));
    assertEquals(
        List.of(lookForHosts()), hear(new Signal.RunAsked<>(ASKER, run(DYNO))), "the next one");
  }
}
