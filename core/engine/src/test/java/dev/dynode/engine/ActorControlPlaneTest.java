package dev.dynode.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dynode.domain.Failure;
import dev.dynode.domain.Refusal;
import dev.dynode.domain.app.AppCommand;
import dev.dynode.domain.app.Tier;
import dev.dynode.domain.directory.DirectoryCommand;
import dev.dynode.domain.id.AppId;
import dev.dynode.domain.id.ReleaseId;
import dev.dynode.domain.view.AppSummary;
import dev.dynode.engine.actor.AppSupervisor;
import dev.dynode.engine.actor.NameDirectory;
import dev.dynode.port.AppQuery;
import dev.dynode.port.ControlPlane;
import dev.dynode.port.ControlPlane.Answer;
import dev.dynode.port.ControlPlane.Unanswered;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What an edge is told where actors answer late, not at all, or that they have failed. */
@Tag("unit")
class ActorControlPlaneTest {
  private static final AppId APP = new AppId(new UUID(1, 1));
  private static final Instant NOON = Instant.parse("2026-11-27T12:00:00Z");
  private static final Duration SKEW = Duration.ofMillis(100);
  private static final AppCommand CHANGE =
      new AppCommand.SetConfig("me", new ReleaseId(new UUID(2, 2)), Map.of());

  private static final AppQuery.Summary SUMMARY = new AppQuery.Summary();

  private final ActorTestKit kit = ActorTestKit.create();
  private final TestProbe<NodeGuardian.Command> guardian =
      kit.createTestProbe(NodeGuardian.Command.class);
  private final TestProbe<NameDirectory.Command> directory =
      kit.createTestProbe(NameDirectory.Command.class);

  @AfterEach
  void stop() {
    kit.shutdownTestKit();
  }

  private ControlPlane control(Duration longest, Duration again) {
    return new ActorControlPlane(
        guardian.ref(),
        directory.ref(),
        Map::of,
        kit.scheduler(),
        new ActorControlPlane.Patience(
            longest,
            again,
            SKEW,
            "The app",
            InstantSource.fixed(NOON),
            Optional::empty,
            Optional::empty),
        Optional.empty());
  }

  private static String unanswered(CompletionStage<?> stage) {
    var failure =
        assertThrows(
            ExecutionException.class, () -> stage.toCompletableFuture().get(20, TimeUnit.SECONDS));
    return String.valueOf(assertInstanceOf(Unanswered.class, failure.getCause()).getMessage());
  }

  private static <T> T got(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(20, TimeUnit.SECONDS);
  }

  private AppSupervisor.Change<?> change() {
    return assertInstanceOf(
        AppSupervisor.Change.class,
        guardian.expectMessageClass(NodeGuardian.ToApp.class).command());
  }

  @Test
  void aCommandThatNobodyAnsweredMayHaveBeenDone() {
    var quick = control(Duration.ofMillis(300), Duration.ofMillis(300));
    String change = unanswered(quick.change(APP, CHANGE, SUMMARY));
    assertTrue(
        change.startsWith("The app has not answered in time. It may have been done"), change);
    assertTrue(change.contains("Idempotency-Key") && change.contains("ps"), change);
    String look = unanswered(quick.ask(APP, SUMMARY));
    assertFalse(look.contains("done"), look);
  }

  @Test
  void aCommandSaysUntilWhenItIsWaitedFor() {
    var control = control(Duration.ofSeconds(20), Duration.ofSeconds(20));
    var _ = control.change(APP, CHANGE, SUMMARY);
    assertEquals(Optional.of(NOON.plusSeconds(20).minus(SKEW)), change().notAfter());
    var _ = control.until(NOON.plusSeconds(3)).change(APP, CHANGE, SUMMARY);
    assertEquals(Optional.of(NOON.plusSeconds(3).minus(SKEW)), change().notAfter());
    var _ = control.until(NOON.plusSeconds(60)).change(APP, CHANGE, SUMMARY);
    assertEquals(Optional.of(NOON.plusSeconds(20).minus(SKEW)), change().notAfter());
  }

  @Test
  void nothingIsAskedForWhenTheTimeIsOver() {
    String why =
        unanswered(
            control(Duration.ofSeconds(20), Duration.ofSeconds(20))
                .until(NOON.plus(SKEW))
                .change(APP, CHANGE, SUMMARY));
    assertTrue(why.contains("nothing was done"), why);
    guardian.expectNoMessage(Duration.ZERO);
  }

  @Test
  void anEarlierQuestionMayHaveDoneWhatALaterOneIsTooLateFor() throws Exception {
    var control = control(Duration.ofSeconds(20), Duration.ofMillis(200));
    var answer = control.change(APP, CHANGE, SUMMARY);
    change();
    change().replyTo().tell(new Answer.Refused<>(Refusal.late()));
    var failed = assertInstanceOf(Answer.Failed.class, got(answer));
    assertEquals(Failure.Kind.MAY_BE_DONE, failed.failure().kind());
  }

  @Test
  void aFirstAnswerStays() throws Exception {
    var answer =
        control(Duration.ofSeconds(20), Duration.ofSeconds(20)).change(APP, CHANGE, SUMMARY);
    change().replyTo().tell(new Answer.Refused<>(Refusal.late()));
    var refused = assertInstanceOf(Answer.Refused.class, got(answer));
    assertEquals(Refusal.Reason.LATE, refused.refusal().reason());
  }

  private <C extends DirectoryCommand> C claimed(Class<C> kind) {
    var asked = directory.expectMessageClass(NameDirectory.Change.class);
    asked.replyTo().tell(new Answer.Done<>(true));
    return assertInstanceOf(kind, asked.command());
  }

  @Test
  void aNameIsFreedWhereTheAppWasCertainlyNotCreated() throws Exception {
    var control = control(Duration.ofSeconds(20), Duration.ofSeconds(20));
    CompletionStage<Answer<AppSummary>> created =
        control.createApp("me", "demo", Tier.ECO, "us", "heroku-24");
    claimed(DirectoryCommand.ClaimName.class);
    change().replyTo().tell(new Answer.Failed<>(Failure.notDone("No.")));
    assertInstanceOf(Answer.Failed.class, got(created));
    assertEquals("demo", claimed(DirectoryCommand.FreeName.class).name());
    created = control.createApp("me", "other", Tier.ECO, "us", "heroku-24");
    claimed(DirectoryCommand.ClaimName.class);
    change().replyTo().tell(new Answer.Failed<>(Failure.mayBeDone("Who knows.")));
    assertInstanceOf(Answer.Failed.class, got(created));
    directory.expectNoMessage(Duration.ZERO);
  }
}
