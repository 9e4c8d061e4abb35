package dev.dynode.domain.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dynode.domain.Refusal;
import dev.dynode.domain.Shortage;
import dev.dynode.domain.Story;
import dev.dynode.domain.app.AppState.App;
import dev.dynode.domain.dyno.DynoEvent.Ending;
import dev.dynode.domain.dyno.DynoSpec;
import dev.dynode.domain.id.AppId;
import dev.dynode.domain.id.DynoId;
import dev.dynode.domain.id.ReleaseId;
import dev.dynode.domain.id.SlugId;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What an app allows, with Heroku's words. */
@Tag("unit")
class AppDeciderTest {
  private static final String USER = "user@example.com";
  private static final SlugId SLUG = new SlugId(new UUID(9, 9));

  private int ids;
  private Story<AppCommand, AppEvent, AppState, AppOrder> story = app(Tier.PRODUCTION);

  private Story<AppCommand, AppEvent, AppState, AppOrder> app(Tier tier) {
    return new Story<>(new AppDecider(AppPolicy.HEROKU))
        .when(
            new AppCommand.CreateApp(
                USER, new AppId(new UUID(1, 1)), release(), "demo", tier, "us", "heroku-24"));
  }

  private ReleaseId release() {
    return new ReleaseId(new UUID(3, ++ids));
  }

  private App app() {
    return assertInstanceOf(App.class, story.state());
  }

  private AppCommand.RunDyno run(String command) {
    return run(command, Optional.empty(), Map.of(), Optional.empty());
  }

  private AppCommand.RunDyno run(
      String command, Optional<String> size, Map<String, String> env, Optional<String> key) {
    return new AppCommand.RunDyno(
        USER,
        new DynoId(new UUID(4, ++ids)),
        4242,
        command,
        "run",
        size,
        true,
        true,
        env,
        Optional.empty(),
        key);
  }

  private DynoSpec ran() {
    return app().roster().values().stream().reduce((_, last) -> last).orElseThrow().spec();
  }

  @Test
  void withoutRoomWhatIsWrongIsToldFirst() {
    story = app(Tier.ECO);
    Refusal full = new Shortage(3, 1, 0, 512L << 20, 8L << 30).refusal();
    story.when(
        new AppCommand.RunNowhere(run("a", Optional.of(" "), Map.of(), Optional.empty()), full));
    assertEquals(Refusal.Reason.INVALID, refused().reason());
    story.when(new AppCommand.RunNowhere(run("a"), full));
    assertEquals(full, refused());
    AppCommand.RunDyno first = run("a", Optional.empty(), Map.of(), Optional.of("key"));
    story.when(first);
    story.when(new AppCommand.RunNowhere(run("b"), full));
    assertEquals(Refusal.Reason.OVER_LIMIT, refused().reason());
    story.when(
        new AppCommand.RunNowhere(run("a", Optional.empty(), Map.of(), Optional.of("key")), full));
    assertTrue(story.refusal().isEmpty(), "it was granted before");
  }

  private Refusal refused() {
    return story.refusal().orElseThrow(() -> new AssertionError("not refused"));
  }

  private void deploy(Map<String, String> types) {
    story
        .when(
            new AppCommand.CreateSlug(
                USER,
                SLUG,
                types,
                Optional.empty(),
                Optional.of("6909d7c6ff"),
                Optional.empty(),
                Optional.empty(),
                "heroku-24"))
        .when(new AppCommand.ReportSlugStored(USER, SLUG, 10, "SHA256:ab"))
        .when(new AppCommand.CreateRelease(USER, release(), SLUG, Optional.empty()));
  }

  @ParameterizedTest
  @CsvSource({
    "ECO, Eco, 1",
    "BASIC, Basic, 50",
    "PRODUCTION, Standard-1X, 50",
    "PRIVATE, Private-M, 5",
    "SHIELD, Private-M, 5"
  })
  void eachTierHasItsDefaultSizeAndItsLimit(Tier tier, String size, int limit) {
    story = app(tier);
    for (int i = 0; i < limit; i++) {
      story.when(run("bash"));
      assertEquals(size, ran().size());
    }
    story.when(run("bash"));
    assertEquals(Refusal.Reason.OVER_LIMIT, refused().reason());
    assertEquals(
        "Cannot run more than " + limit + " " + size + " size dynos.", refused().message());
    assertEquals(limit, refused().details().get("limit"));
    assertEquals(size, refused().details().get("size"));
    assertEquals(limit, assertInstanceOf(List.class, refused().details().get("running")).size());
    DynoId first = app().roster().keySet().iterator().next();
    story
        .when(new AppCommand.RetireDyno(USER, first, Ending.EXITED, Optional.of(0), story.now()))
        .when(run("bash"));
    assertTrue(story.refusal().isEmpty(), "the slot is free again");
  }

  @Test
  void performanceDynosHaveTheirOwnLimit() {
    for (int i = 0; i < 5; i++) {
      story.when(run("bash", Optional.of("performance-l"), Map.of(), Optional.empty()));
    }
    story.when(run("bash", Optional.of("Performance-M"), Map.of(), Optional.empty()));
    assertEquals("Cannot run more than 5 Performance-M size dynos.", refused().message());
    story.when(run("bash"));
    assertTrue(story.refusal().isEmpty());
  }

  @Test
  void sizesOfOtherTiersAreRefused() {
    story = app(Tier.ECO);
    story.when(run("bash", Optional.of("standard-1x"), Map.of(), Optional.empty()));
    assertEquals(
        "Cannot use the following dyno types in the same app: Eco and Standard-1X",
        refused().message());
    story.when(run("bash", Optional.of("1Y"), Map.of(), Optional.empty()));
    assertTrue(
        refused().message().startsWith("No such size as 1Y. Available dyno sizes are Eco, "));
  }

  @Test
  void aShieldAppIdlesSooner() {
    story = app(Tier.SHIELD).when(run("bash"));
    assertEquals(Duration.ofMinutes(15), ran().policy().idleAfter());
  }

  @Test
  void aProcessTypeStandsForItsCommand() {
    deploy(Map.of("worker", "python work.py"));
    story.when(run("worker 42"));
    assertEquals("python work.py 42", ran().script());
    assertEquals("worker 42", ran().command());
    story.when(run("workers 42"));
    assertEquals("workers 42", ran().script());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "worker ; echo \"\uFFFF heroku-command-exit-status: $?\"",
        "worker; echo \"\uFFFF heroku-command-exit-status: $?\""
      })
  void theExitStatusSuffixIsTakenOffFirst(String command) {
    deploy(Map.of("worker", "python work.py"));
    story.when(run(command));
    assertEquals("python work.py", ran().script());
    assertEquals("worker", ran().command());
    assertTrue(ran().marksExit());
  }

  @Test
  void namesOfLiveDynosAreUnique() {
    story.when(run("a")).when(run("b")).when(run("c"));
    assertEquals(3, app().roster().values().stream().map(r -> r.spec().name()).distinct().count());
  }

  @Test
  void theNameOfAFinishedDynoIsNotGivenAgain() {
    story.when(run("a"));
    DynoSpec first = app().roster().values().iterator().next().spec();
    story.when(
        new AppCommand.RetireDyno(USER, first.id(), Ending.EXITED, Optional.of(0), story.now()));
    story.when(run("b"));
    assertNotEquals(first.name(), app().roster().values().iterator().next().spec().name());
  }

  @Test
  void oneKeyIsOneDyno() {
    story.when(run("a", Optional.empty(), Map.of(), Optional.of("k")));
    story.when(run("a", Optional.empty(), Map.of(), Optional.of("k")));
    assertEquals(1, app().roster().size());
    story.when(run("b", Optional.empty(), Map.of(), Optional.of("k")));
    assertEquals(Refusal.Reason.CONFLICT, refused().reason());
  }

  @Test
  void badInputIsNamed() {
    for (var bad :
        Map.of(
                "command", run(" "),
                "command: it has", run("x".repeat(65_537)),
                "env: \"A=B\"", run("a", Optional.empty(), Map.of("A=B", ""), Optional.empty()),
                "env: the value of A",
                    run("a", Optional.empty(), Map.of("A", "\0"), Optional.empty()))
            .entrySet()) {
      story.when(bad.getValue());
      assertTrue(refused().message().startsWith(bad.getKey()), refused().message());
    }
    assertEquals(0, app().roster().size());
  }

  @Test
  void configMakesReleasesAndRunningDynosKeepTheirs() {
    story.when(new AppCommand.SetConfig(USER, release(), Map.of("A", Optional.of("1"))));
    story.when(run("bash"));
    story.when(
        new AppCommand.SetConfig(
            USER, release(), Map.of("A", Optional.empty(), "B", Optional.empty())));
    assertEquals("Remove A config vars", app().currentRelease().description());
    assertEquals(3, app().currentRelease().version());
    assertEquals(Map.of("A", "1"), app().release(ran().releaseVersion()).orElseThrow().config());
    int events = story.journal().size();
    story.when(new AppCommand.SetConfig(USER, release(), Map.of("B", Optional.empty())));
    assertEquals(events, story.journal().size(), "nothing changed, no release");
  }

  @Test
  void rollingBackBringsSlugAndConfigOfThen() {
    deploy(Map.of("web", "x"));
    ReleaseId then = app().currentRelease().id();
    assertEquals("Deploy 6909d7c6", app().currentRelease().description());
    story.when(new AppCommand.SetConfig(USER, release(), Map.of("A", Optional.of("1"))));
    story.when(new AppCommand.RollBack(USER, release(), then));
    assertEquals("Rollback to v2", app().currentRelease().description());
    assertEquals(Optional.of(SLUG), app().currentRelease().slug());
    assertEquals(Map.of(), app().config());
  }

  @Test
  void aDeletedAppStopsItsDynosAndIsDismantledAfterTheLast() {
    story.when(run("bash"));
    DynoId dyno = ran().id();
    story.when(new AppCommand.DeleteApp(USER));
    assertEquals(1, story.orders(AppOrder.StopDyno.class).size());
    story.when(run("bash"));
    assertEquals(Refusal.Reason.NOT_FOUND, refused().reason());
    story.when(
        new AppCommand.RetireDyno(USER, dyno, Ending.STOPPED, Optional.of(143), story.now()));
    assertEquals(List.of(new AppOrder.Dismantle("demo")), story.orders());
  }
}
