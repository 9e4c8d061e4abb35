package dev.dynode.domain.history;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.dynode.domain.Story;
import dev.dynode.domain.dyno.DynoCommand;
import dev.dynode.domain.dyno.DynoCommand.ReportExited;
import dev.dynode.domain.dyno.DynoCommand.TimerDue;
import dev.dynode.domain.dyno.DynoDecider;
import dev.dynode.domain.dyno.DynoEvent;
import dev.dynode.domain.dyno.DynoEvent.StopCause;
import dev.dynode.domain.dyno.DynoOrder;
import dev.dynode.domain.dyno.DynoPolicy;
import dev.dynode.domain.dyno.DynoSpec;
import dev.dynode.domain.dyno.DynoState;
import dev.dynode.domain.dyno.DynoTimer;
import dev.dynode.domain.dyno.Sizing;
import dev.dynode.domain.dyno.Usage;
import dev.dynode.domain.id.AppId;
import dev.dynode.domain.id.DynoId;
import dev.dynode.domain.id.DynoName;
import dev.dynode.domain.id.HostId;
import dev.dynode.domain.id.ReleaseId;
import dev.dynode.domain.placement.Grounds;
import dev.dynode.domain.placement.Placement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What is told of a dyno is what its rules decided, whichever way it ended. */
@Tag("unit")
class DynoStoryTest {
  private static final String USER = "user@example.com";
  private static final long MEBIBYTE = 1024 * 1024;
  private static final List<DynoTimer> TIMERS = List.of(DynoTimer.values());

  private final Story<DynoCommand, DynoEvent, DynoState, DynoOrder> story =
      new Story<>(new DynoDecider());

  private static DynoCommand create(boolean attach) {
    var spec =
        new DynoSpec(
            new DynoId(new UUID(1, 1)),
            new AppId(new UUID(2, 2)),
            new DynoName("run", 4242),
            false,
            "Standard-1X",
            Sizing.TIER,
            "worker",
            "python3 work.py",
            attach,
            attach,
            100,
            40,
            false,
            Map.of(),
            new ReleaseId(new UUID(3, 3)),
            7,
            Optional.empty(),
            Optional.empty(),
            DynoPolicy.HEROKU,
            Optional.empty());
    return new DynoCommand.Create(USER, spec, new HostId("local"));
  }

  private void created(boolean attach) {
    story.when(create(attach));
  }

  private void running() {
    created(false);
    wait(Duration.ofMillis(300), new DynoCommand.ReportStarted(1, 99));
  }

  private void attached() {
    created(true);
    story.when(new DynoCommand.ReportPrepared(1));
    wait(Duration.ofMillis(1_500), new DynoCommand.Attach(USER, "192.0.2.1"));
    story.when(new DynoCommand.ReportStarted(1, 99));
  }

  private void wait(Duration time, DynoCommand command) {
    story.after(time).when(command);
  }

  private static Duration seconds(long seconds) {
    return Duration.ofSeconds(seconds);
  }

  private DynoStory told() {
    return DynoStory.of(story.journal());
  }

  private void endsWith(String... sentences) {
    List<String> all = told().explanation();
    assertEquals(
        List.of(sentences), all.subList(Math.max(0, all.size() - sentences.length), all.size()));
  }

  @Test
  void theBeginningIsTold() {
    attached();
    wait(seconds(4), new ReportExited(1, 3));
    assertEquals(
        List.of(
            "user@example.com asked for `worker` at 2026-11-23 12:00:00 UTC, attached to a terminal"
                + " of 100 by 40: run.4242, size Standard-1X as its app's tier has it, release v7, which"
                + " has no code.",
            "The Procfile's entry made that `python3 work.py`.",
            "It was placed on host local.",
            "Its client connected from 192.0.2.1 after 1.5 s.",
            "The command started at 2026-11-23 12:00:01 UTC as process 99, 1.5 s after the request.",
            "It ended by itself at 2026-11-23 12:00:05 UTC with status 3.",
            "It lived 5.5 s."),
        told().explanation());
  }

  @Test
  void aForeignSignalIsTold() {
    running();
    wait(seconds(1), new ReportExited(1, 137));
    endsWith(
        "It ended at 2026-11-23 12:00:01 UTC with status 137, that of SIGKILL, which Dynode did not"
            + " send.",
        "It lived 1.3 s.");
  }

  @Test
  void aStopIsTold() {
    running();
    wait(seconds(60), new DynoCommand.Stop("other@example.com", StopCause.USER));
    wait(Duration.ofMillis(200), new ReportExited(1, 143));
    endsWith(
        "other@example.com stopped it at 2026-11-23 12:01:00 UTC.",
        "It ended 200 ms after SIGTERM with status 143.",
        "It lived 1 min.");
  }

  @Test
  void aStopBeforeTheClientCameIsTold() {
    created(true);
    wait(seconds(2), new DynoCommand.Stop(USER, StopCause.APP_DELETED));
    endsWith(
        "It was stopped at 2026-11-23 12:00:02 UTC because user@example.com deleted the app.",
        "Nothing of it ran yet.",
        "It lived 2 s.");
  }

  @Test
  void aDynoThatTrapsSigtermIsKilled() {
    running();
    wait(seconds(60), new DynoCommand.Stop(USER, StopCause.NODE_SHUTDOWN));
    wait(seconds(30), new TimerDue(DynoTimer.GRACE));
    wait(Duration.ofMillis(10), new ReportExited(1, 137));
    endsWith(
        "It was stopped at 2026-11-23 12:01:00 UTC because its node was shut down.",
        "It was still running 30 s after SIGTERM (R12) and was killed; it ended with status 137.",
        "It lived 1 min 30 s.");
  }

  @Test
  void aCodeThatIsNoSignalIsTheProgramsOwn() {
    for (int code : List.of(1, 128, 160, 161, 193, 200, 255)) {
      assertEquals(
          "It ended by itself at 2026-11-23 12:00:01 UTC with status " + code + ".", ended(code));
    }
    assertEquals(
        "It ended at 2026-11-23 12:00:01 UTC with status 139, that of SIGSEGV, which Dynode did not"
            + " send.",
        ended(139));
    assertEquals(
        "It ended at 2026-11-23 12:00:01 UTC with status 192, that of SIGRTMIN+30, which Dynode did"
            + " not send.",
        ended(192));
  }

  private static String ended(int status) {
    var story = new Story<>(new DynoDecider());
    story.when(create(false));
    story.after(seconds(1)).when(new DynoCommand.ReportStarted(1, 99));
    story.when(new ReportExited(1, status));
    List<String> all = DynoStory.of(story.journal()).explanation();
    return all.get(all.size() - 2);
  }

  /** A slow machine: SIGTERM had ended it, and SIGKILL came meanwhile. */
  @Test
  void aSigtermThatWorkedLateIsTold() {
    running();
    wait(seconds(60), new DynoCommand.Stop(USER, StopCause.USER));
    wait(seconds(30), new TimerDue(DynoTimer.GRACE));
    wait(Duration.ofMillis(10), new ReportExited(1, 143));
    endsWith(
        "user@example.com stopped it at 2026-11-23 12:01:00 UTC.",
        "It was still running 30 s after SIGTERM (R12) and was killed; it ended with status 143,"
            + " that of SIGTERM.",
        "It lived 1 min 30 s.");
    var killed = told().steps().get(7);
    DynoOrder order =
        killed.orders().stream()
            .filter(DynoOrder.SignalProcess.class::isInstance)
            .findFirst()
            .orElseThrow();
    assertEquals(
        new Outcome(Outcome.Kind.FAILED, "SIGTERM ended it first (status 143) after 10 ms (9)"),
        told().outcome(killed, order));
  }

  @Test
  void aHostIsChosenByTheRuleThatWasInForce() {
    assertEquals("the emptiest of 3, which had 4 of 10 dynos", placed(Placement.SPREAD));
    assertEquals("the fullest of 3 with room, which had 4 of 10 dynos", placed(Placement.PACK));
    assertEquals("chosen of 3, which had 4 of 10 dynos", placed(null));
  }

  private static String placed(@Nullable Placement rule) {
    var created = (DynoCommand.Create) create(false);
    var story = new Story<>(new DynoDecider());
    story.when(
        new DynoCommand.Create(
            USER,
            created.spec(),
            new HostId("host-3"),
            Optional.of(new Grounds(3, 4, 10, Optional.ofNullable(rule), Optional.empty()))));
    return DynoStory.of(story.journal())
        .explanation()
        .get(2)
        .replaceFirst("It was placed on host host-3, (.*)\\.", "$1");
  }

  @Test
  void aCycleIsTold() {
    running();
    wait(Duration.ofHours(24), new TimerDue(DynoTimer.LIFE));
    wait(seconds(1), new ReportExited(1, 0));
    endsWith(
        "At 2026-11-24 12:00:00 UTC it had lived 24 h, the longest a one-off dyno may, and was cycled.",
        "It ended 1 s after SIGTERM with status 0, which the program chose itself.",
        "It lived 24 h.");
  }

  @Test
  void aLostClientIsTold() {
    attached();
    wait(seconds(10), new DynoCommand.ReportDetached(1));
    wait(Duration.ofMillis(20), new ReportExited(1, 129));
    endsWith(
        "Its client's connection was lost at 2026-11-23 12:00:11 UTC.",
        "SIGHUP, sent once, ended it after 20 ms with status 129.",
        "It lived 11.5 s.");
  }

  @Test
  void anIdleClientIsTold() {
    attached();
    wait(
        Duration.ofHours(2),
        new DynoCommand.ReportIdle(1, Story.START.plus(Duration.ofMinutes(30))));
    wait(seconds(1), new ReportExited(1, 129));
    endsWith(
        "Its client was disconnected at 2026-11-23 14:00:01 UTC: no byte had passed since"
            + " 2026-11-23 12:30:00 UTC, longer than 1 h.",
        "SIGHUP, sent once, ended it after 1 s with status 129.",
        "It lived 2 h.");
  }

  @Test
  void ignoredHangupsAreTold() {
    attached();
    wait(seconds(10), new DynoCommand.ReportDetached(1));
    for (int i = 0; i < 3; i++) {
      wait(seconds(5), new TimerDue(DynoTimer.HANGUP));
    }
    wait(seconds(100), new ReportExited(1, 0));
    endsWith(
        "Its client's connection was lost at 2026-11-23 12:00:11 UTC.",
        "It ignored SIGHUP, sent 3 times until 2026-11-23 12:00:26 UTC (R16), and ran on without a"
            + " client.",
        "It ended by itself at 2026-11-23 12:02:06 UTC with status 0.",
        "It lived 2 min 6 s.");
  }

  @Test
  void aClientThatNeverCameIsTold() {
    created(true);
    story.when(new DynoCommand.ReportPrepared(1));
    wait(seconds(30), new TimerDue(DynoTimer.ATTACH));
    endsWith(
        "No client connected within 30 s (R13), so its command was never started.",
        "It lived 30 s.");
  }

  @Test
  void tooMuchMemoryIsTold() {
    running();
    long quota = 512 * MEBIBYTE;
    wait(seconds(5), usage(600 * MEBIBYTE));
    wait(seconds(30), usage(2 * quota));
    wait(seconds(1), new ReportExited(1, 137));
    endsWith(
        "It was told once that it was above its memory quota (R14), first at 2026-11-23 12:00:05"
            + " UTC: 600 MiB of 512 MiB.",
        "It was killed at 2026-11-23 12:00:35 UTC for its memory: 1024 MiB of 512 MiB (R15). It"
            + " ended with status 137.",
        "It lived 36.3 s.");
  }

  private static DynoCommand usage(long bytes) {
    return new DynoCommand.ReportUsage(1, new Usage(bytes, bytes, 0, 0, 0, 4096 * MEBIBYTE));
  }

  @Test
  void aCommandThatCannotStartIsTold() {
    created(false);
    wait(seconds(1), new DynoCommand.ReportStartFailed(1, "this system allows no more processes"));
    endsWith(
        "The command could not be started: this system allows no more processes.", "It lived 1 s.");
  }

  @Test
  void aLossIsTold() {
    running();
    wait(seconds(1), new DynoCommand.ReportLost(1, "The keeper of the dyno ended"));
    endsWith(
        "It was lost at 2026-11-23 12:00:01 UTC: The keeper of the dyno ended. How the command"
            + " ended is not known.",
        "It lived 1.3 s.");
  }

  @Test
  void whatIsToComeIsTold() {
    running();
    endsWith(
        "By the last event it is running.",
        "At 2026-11-24 12:00:00 UTC its longest life is over, and it gets SIGTERM.");
  }

  @Test
  void whatBecameOfOrdersIsTold() {
    running();
    wait(seconds(60), new DynoCommand.Stop(USER, StopCause.USER));
    wait(seconds(30), new TimerDue(DynoTimer.GRACE));
    wait(Duration.ofMillis(10), new ReportExited(1, 137));
    DynoStory told = told();
    List<String> outcomes = new ArrayList<>();
    for (var step : told.steps()) {
      for (DynoOrder order : step.orders()) {
        Outcome outcome = told.outcome(step, order);
        if (outcome.kind() != Outcome.Kind.UNTOLD && !outcome.text().isEmpty()) {
          outcomes.add(
              "%d %s %s: %s"
                  .formatted(
                      step.sequence(),
                      order.getClass().getSimpleName(),
                      outcome.kind(),
                      outcome.text()));
        }
      }
    }
    assertEquals(
        List.of(
            "1 ArmTimer DONE: stopped before it rang (6)",
            "2 StartProcess DONE: started after 300 ms (3)",
            "6 SignalProcess FAILED: still running after 30 s (7)",
            "6 ArmTimer DONE: rang 2026-11-23 12:01:30 UTC (7)",
            "8 SignalProcess DONE: exited with status 137 after 10 ms (9)"),
        outcomes);
  }

  /** Any prefix of a history replays to the state that was live then. */
  @Test
  void everyPrefixLeadsToTheStateThatWas() {
    long seed = Long.getLong("seed", System.nanoTime());
    var random = new Random(seed);
    for (int round = 0; round < 300; round++) {
      var lived = new Story<>(new DynoDecider());
      lived.when(create(random.nextBoolean()));
      Map<Integer, DynoState> then = new HashMap<>(Map.of(0, new DynoState.Absent()));
      for (int i = 0; i < 30; i++) {
        lived.after(Duration.ofMillis(random.nextInt(40_000))).when(any(random, lived.now()));
        then.put(lived.journal().size(), lived.state());
      }
      DynoStory told = DynoStory.of(lived.journal());
      then.forEach((events, state) -> assertEquals(state, told.after(events), "seed " + seed));
      assertFalse(told.explanation().isEmpty(), "seed " + seed);
      readable(told, seed);
      Review<DynoEvent, DynoState> review = Review.ofDyno();
      lived.journal().forEach(review::add);
      review.end();
      assertEquals(Optional.empty(), review.finding(), "seed " + seed);
    }
  }

  /** Nothing that is told of any event, order, state or difference is a word of Java. */
  private static void readable(DynoStory told, long seed) {
    List<String> texts = new ArrayList<>(told.explanation());
    for (var step : told.steps()) {
      step.orders().forEach(order -> texts.add(told.outcome(step, order).text()));
      texts.add(DynoStory.word(step.after()));
      texts.add(Difference.between(step.after(), step.before()));
    }
    var any = told.steps().get((int) Math.floorMod(seed, (long) told.steps().size()));
    for (var step : told.steps()) {
      texts.add(Difference.between(step.event(), any.event()));
      texts.add(Difference.between(step.after(), any.after()));
    }
    for (String text : texts) {
      assertFalse(
          text.matches(
              "(?s).*(Optional|\\[|\\bPT\\d|\\$|@[0-9a-f]{5}|dev\\.dynode|java\\.|null).*"),
          text + ", seed " + seed);
    }
  }

  private static DynoCommand any(Random random, Instant now) {
    return switch (random.nextInt(10)) {
      case 0 -> new DynoCommand.ReportPrepared(1);
      case 1 -> new DynoCommand.Attach(USER, "192.0.2.1");
      case 2 -> new DynoCommand.ReportStarted(1, 5);
      case 3 -> new DynoCommand.ReportDetached(1);
      case 4 -> new DynoCommand.ReportIdle(1, now.minus(Duration.ofHours(2)));
      case 5 -> usage(random.nextLong(1_200 * MEBIBYTE));
      case 6 -> random.nextInt(4) > 0 ? usage(1) : new ReportExited(1, random.nextInt(256));
      case 7 -> random.nextInt(4) > 0 ? usage(1) : new DynoCommand.ReportLost(1, "gone");
      case 8 -> random.nextInt(4) > 0 ? usage(1) : new DynoCommand.Stop(USER, StopCause.USER);
      default -> new TimerDue(TIMERS.get(random.nextInt(TIMERS.size())));
    };
  }
}
