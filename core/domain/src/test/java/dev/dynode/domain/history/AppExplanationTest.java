package dev.dynode.domain.history;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dynode.domain.Story;
import dev.dynode.domain.app.AppCommand;
import dev.dynode.domain.app.AppDecider;
import dev.dynode.domain.app.AppEvent;
import dev.dynode.domain.app.AppOrder;
import dev.dynode.domain.app.AppPolicy;
import dev.dynode.domain.app.AppState;
import dev.dynode.domain.app.AppState.App;
import dev.dynode.domain.app.Tier;
import dev.dynode.domain.dyno.DynoEvent.Ending;
import dev.dynode.domain.history.AppStory.Kept;
import dev.dynode.domain.id.AppId;
import dev.dynode.domain.id.DynoId;
import dev.dynode.domain.id.ReleaseId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Why a limit refused, and what an app was at a time, where it heard late of ends. */
@Tag("unit")
class AppExplanationTest {
  private static final String USER = "user@example.com";
  private static final Instant START = Story.START;

  private final Story<AppCommand, AppEvent, AppState, AppOrder> story =
      new Story<>(new AppDecider(limitedToTwo()));
  private final List<Kept> journal = new ArrayList<>();
  private int ids;

  private static AppPolicy limitedToTwo() {
    AppPolicy heroku = AppPolicy.HEROKU;
    var limits = new java.util.HashMap<>(heroku.oneOffLimits());
    limits.replaceAll((_, _) -> 2);
    return new AppPolicy(
        limits,
        heroku.commandCharacters(),
        heroku.envVariables(),
        heroku.configBytes(),
        heroku.longestTimeToLive(),
        heroku.shieldIdleAfter(),
        heroku.slugs(),
        heroku.rollbackReleases(),
        heroku.dyno());
  }

  private void when(long second, AppCommand command) {
    int before = story.journal().size();
    story.after(Duration.between(story.now(), START.plusSeconds(second))).when(command);
    story
        .journal()
        .subList(before, story.journal().size())
        .forEach(event -> journal.add(new Kept(event, story.now())));
  }

  private DynoId run(long second) {
    var id = new DynoId(new UUID(1, ++ids));
    when(
        second,
        new AppCommand.RunDyno(
            USER,
            id,
            1_000 + ids,
            "work",
            "run",
            Optional.empty(),
            false,
            false,
            Map.of(),
            Optional.empty(),
            Optional.empty()));
    return id;
  }

  private void over(long toldAt, DynoId dyno, long endedAt) {
    when(
        toldAt,
        new AppCommand.RetireDyno(
            "dynode", dyno, Ending.EXITED, Optional.of(0), START.plusSeconds(endedAt)));
  }

  /** Two run; one ends at 20 and the app hears of it at 40, after it has refused at 30. */
  private void refusedLate() {
    when(
        0,
        new AppCommand.CreateApp(
            USER,
            new AppId(new UUID(2, 2)),
            new ReleaseId(new UUID(3, 3)),
            "demo",
            Tier.PRODUCTION,
            "local",
            "dynode-1"));
    DynoId first = run(10);
    run(11);
    run(30);
    over(40, first, 20);
  }

  @Test
  void whoWasCountedIsToldAndWhoWasOverAlready() {
    refusedLate();
    List<String> told = AppStory.explanation(journal.stream().map(Kept::event));
    assertEquals(6, told.size());
    assertTrue(told.get(4).startsWith("2026-11-23 12:00:20 UTC: run.2001 was over"), told.get(4));
    assertEquals(
        "2026-11-23 12:00:30 UTC: user@example.com asked for `work` and was refused: Cannot run more"
            + " than 2 Standard-1X size dynos. 2 dynos were counted: run.2001, run.2002. Of them 1"
            + " was over, which the app had not been told yet: run.2001.",
        told.get(5));
  }

  @Test
  void timesNeverGoBackwardsUnlessAClockDid() {
    refusedLate();
    List<String> told = AppStory.explanation(journal.stream().map(Kept::event));
    assertEquals(told.stream().sorted().toList(), told);
  }

  @Test
  void anAppIsWhatItKnewThen() {
    refusedLate();
    assertEquals(List.of("run.2001", "run.2002"), rosterAt(30));
    assertEquals(List.of("run.2001", "run.2002"), rosterAt(39));
    assertEquals(List.of("run.2002"), rosterAt(40));
    assertEquals(List.of("run.2001"), rosterAt(10));
    assertTrue(AppStory.until(journal.stream(), START.minusSeconds(1)).isEmpty());
  }

  /** What was decided after a clock was set back is not hidden by what was decided before. */
  @Test
  void aClockThatWasAheadHidesNothing() {
    refusedLate();
    var early = new ArrayList<Kept>();
    for (Kept kept : journal) {
      early.add(
          kept.event() instanceof AppEvent.AppCreated created
              ? new Kept(
                  new AppEvent.AppCreated(
                      created.at().plusSeconds(3_600),
                      created.by(),
                      created.id(),
                      created.name(),
                      created.tier(),
                      created.region(),
                      created.stack()),
                  kept.journaled().plusSeconds(3_600))
              : kept);
    }
    assertEquals(List.of("run.2001", "run.2002"), roster(early, 30));
  }

  private List<String> rosterAt(long second) {
    return roster(journal, second);
  }

  private static List<String> roster(List<Kept> journal, long second) {
    var step = AppStory.until(journal.stream(), START.plusSeconds(second)).orElseThrow();
    return ((App) step.after())
        .roster().values().stream().map(dyno -> dyno.spec().name().toString()).toList();
  }
}
