package dev.dynode.engine;

import dev.dynode.domain.Failure;
import dev.dynode.domain.Refusal;
import dev.dynode.domain.app.AppCommand;
import dev.dynode.domain.app.AppCommand.RunDyno;
import dev.dynode.domain.app.AppCommand.UpdateApp;
import dev.dynode.domain.app.Tier;
import dev.dynode.domain.directory.DirectoryCommand;
import dev.dynode.domain.dyno.DynoCommand;
import dev.dynode.domain.id.AppId;
import dev.dynode.domain.id.ReleaseId;
import dev.dynode.domain.view.AppSummary;
import dev.dynode.domain.view.DynoAnswer;
import dev.dynode.engine.actor.AppSupervisor;
import dev.dynode.engine.actor.NameDirectory;
import dev.dynode.port.AppQuery;
import dev.dynode.port.ControlPlane;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Scheduler;
import org.apache.pekko.actor.typed.javadsl.AskPattern;

/**
 * The control plane, asked by messages. Every command may be repeated, so what is not answered is
 * asked again: it may have been lost with the node it went to. Each says until when it is waited
 * for, and is refused after that, wherever it was held back.
 *
 * @param names of all apps as far as this node has heard
 * @param deadline when whoever asks waits no longer, however many questions it takes
 */
public record ActorControlPlane(
    ActorRef<NodeGuardian.Command> guardian,
    ActorRef<NameDirectory.Command> directory,
    Supplier<Map<String, AppId>> names,
    Scheduler scheduler,
    Patience patience,
    Optional<Instant> deadline)
    implements ControlPlane {
  private static final AppQuery.Summary SUMMARY = new AppQuery.Summary();

  /**
   * How it is asked.
   *
   * @param longest wait for an answer
   * @param again after how long an unanswered question is asked again
   * @param clockSkew how much the clocks of two nodes may differ: so much earlier a command is
   *     refused than nobody waits for it
   * @param who would answer, in the words of a sentence that it has not
   * @param cutOff why this node can reach no control node any more, if so: asking is in vain
   * @param unwritten why nothing can be recorded now, if so: changes are refused at once, and not
   *     carried out later
   */
  public record Patience(
      Duration longest,
      Duration again,
      Duration clockSkew,
      String who,
      InstantSource clock,
      Supplier<Optional<String>> cutOff,
      Supplier<Optional<String>> unwritten) {}

  @Override
  public ControlPlane until(Instant notAfter) {
    return new ActorControlPlane(
        guardian, directory, names, scheduler, patience, Optional.of(notAfter));
  }

  @Override
  public Map<String, AppId> apps() {
    return names.get();
  }

  @Override
  public CompletionStage<Optional<AppId>> find(String identity) {
    Optional<AppId> known = NameDirectory.find(names.get(), identity);
    return known.isPresent()
        ? CompletableFuture.completedStage(known)
        : this.<NameDirectory.Found>repeat(
                false,
                (_, left) ->
                    AskPattern.ask(
                        directory,
                        replyTo -> new NameDirectory.Find(identity, replyTo),
                        left,
                        scheduler))
            .thenApply(NameDirectory.Found::app);
  }

  @Override
  public CompletionStage<Answer<AppSummary>> createApp(
      String by, String name, Tier tier, String region, String stack) {
    AppId id = new AppId(UUID.randomUUID());
    var create =
        new AppCommand.CreateApp(
            by, id, new ReleaseId(UUID.randomUUID()), name, tier, region, stack);
    return afterClaim(by, name, id, () -> change(id, create, SUMMARY));
  }

  @Override
  public CompletionStage<Answer<AppSummary>> renameApp(AppId app, UpdateApp update) {
    String by = update.by();
    String name = update.name().orElseThrow();
    return ask(app, SUMMARY)
        .thenCompose(
            seen ->
                switch (seen) {
                  case Answer.Done<AppSummary>(AppSummary now) when !now.name().equals(name) ->
                      afterClaim(by, name, app, () -> change(app, update, SUMMARY))
                          .thenCompose(
                              renamed ->
                                  renamed instanceof Answer.Done
                                      ? free(by, now.name(), app).handle((_, _) -> renamed)
                                      : CompletableFuture.completedStage(renamed));
                  case Answer.Done<AppSummary> _ -> change(app, update, SUMMARY);
                  default -> CompletableFuture.completedStage(seen);
                });
  }

  /** What is certainly not done after all leaves the name free. */
  private CompletionStage<Answer<AppSummary>> afterClaim(
      String by, String name, AppId app, Supplier<CompletionStage<Answer<AppSummary>>> then) {
    return names(new DirectoryCommand.ClaimName(by, name, app))
        .thenCompose(
            claimed ->
                switch (claimed) {
                  case Answer.Refused<Boolean>(var refusal) ->
                      CompletableFuture.completedStage(new Answer.Refused<>(refusal));
                  case Answer.Failed<Boolean>(var why) ->
                      CompletableFuture.completedStage(new Answer.Failed<>(why));
                  case Answer.Done<Boolean> _ ->
                      then.get()
                          .thenApply(
                              answer -> {
                                if (undone(answer)) {
                                  var _ = free(by, name, app);
                                }
                                return answer;
                              });
                });
  }

  private static boolean undone(Answer<?> answer) {
    return answer instanceof Answer.Refused
        || (answer instanceof Answer.Failed<?>(var why) && why.kind() != Failure.Kind.MAY_BE_DONE);
  }

  private CompletionStage<Answer<Boolean>> free(String by, String name, AppId app) {
    return names(new DirectoryCommand.FreeName(by, name, app));
  }

  private CompletionStage<Answer<Boolean>> names(DirectoryCommand command) {
    return ask(
        (notAfter, left) ->
            AskPattern.ask(
                directory,
                replyTo -> new NameDirectory.Change(command, notAfter, replyTo),
                left,
                scheduler));
  }

  @Override
  public <T> CompletionStage<Answer<T>> ask(AppId app, AppQuery<T> query) {
    return repeat(
        false,
        (notAfter, left) ->
            AskPattern.ask(
                guardian,
                replyTo ->
                    new NodeGuardian.ToApp(app, new AppSupervisor.Ask<>(query, notAfter, replyTo)),
                left,
                scheduler));
  }

  @Override
  public <T> CompletionStage<Answer<T>> change(AppId app, AppCommand command, AppQuery<T> then) {
    return ask(
        app, (notAfter, replyTo) -> new AppSupervisor.Change<>(command, then, notAfter, replyTo));
  }

  @Override
  public CompletionStage<Answer<DynoAnswer>> run(AppId app, RunDyno command) {
    return ask(app, (notAfter, replyTo) -> new AppSupervisor.Run(command, notAfter, replyTo));
  }

  @Override
  public CompletionStage<Answer<Boolean>> tell(AppId app, String dyno, DynoCommand command) {
    return ask(
        app, (notAfter, replyTo) -> new AppSupervisor.TellDyno(dyno, command, notAfter, replyTo));
  }

  private <T> CompletionStage<Answer<T>> ask(
      AppId app,
      BiFunction<Optional<Instant>, ActorRef<Answer<T>>, AppSupervisor.Command> command) {
    return ask(
        (notAfter, left) ->
            AskPattern.ask(
                guardian,
                replyTo -> new NodeGuardian.ToApp(app, command.apply(notAfter, replyTo)),
                left,
                scheduler));
  }

  /**
   * What an earlier question has done, whose answer was lost, the answer to a later one need not
   * tell.
   */
  private <T> CompletionStage<Answer<T>> ask(
      BiFunction<Optional<Instant>, Duration, CompletionStage<Answer<T>>> question) {
    Optional<String> unwritten = patience.unwritten().get();
    if (unwritten.isPresent()) {
      return CompletableFuture.completedStage(
          new Answer.Failed<>(Failure.notDone(unwritten.get())));
    }
    var asked = new AtomicInteger();
    return this.<Answer<T>>repeat(
            true,
            (notAfter, left) -> {
              asked.incrementAndGet();
              return question.apply(notAfter, left);
            })
        .thenApply(
            answer ->
                asked.get() > 1 && (late(answer) || answer instanceof Answer.Failed)
                    ? new Answer.Failed<>(Failure.mayBeDone(unanswered()))
                    : answer);
  }

  private static boolean late(Answer<?> answer) {
    return answer instanceof Answer.Refused<?>(var refusal)
        && refusal.reason() == Refusal.Reason.LATE;
  }

  /**
   * Asks until there is an answer.
   *
   * @param changes whether something may be done though no answer comes
   */
  private <T> CompletionStage<T> repeat(
      boolean changes, BiFunction<Optional<Instant>, Duration, CompletionStage<T>> question) {
    Instant now = patience.clock().instant();
    Duration left =
        deadline
            .map(by -> Duration.between(now, by))
            .filter(time -> time.compareTo(patience.longest()) < 0)
            .orElse(patience.longest());
    Optional<Instant> notAfter = Optional.of(now.plus(left).minus(patience.clockSkew()));
    if (!notAfter.get().isAfter(now)) {
      return CompletableFuture.failedStage(
          new Unanswered("This took too long, and nothing was done; ask again in a moment."));
    }
    return repeat(changes, wait -> question.apply(notAfter, wait), left, System.nanoTime(), false);
  }

  private <T> CompletionStage<T> repeat(
      boolean changes,
      Function<Duration, CompletionStage<T>> question,
      Duration whole,
      long from,
      boolean asked) {
    Duration left = whole.minusNanos(System.nanoTime() - from);
    Optional<String> inVain = patience.cutOff().get();
    if (inVain.isPresent() || !left.isPositive()) {
      return CompletableFuture.failedStage(
          new Unanswered(
              inVain.orElseGet(this::unanswered)
                  + " "
                  + (changes && asked ? Failure.LOOK_FIRST : "Ask again in a moment.")));
    }
    return question
        .apply(left.compareTo(patience.again()) < 0 ? left : patience.again())
        .exceptionallyCompose(
            failure ->
                failure instanceof TimeoutException
                        || failure.getCause() instanceof TimeoutException
                    ? repeat(changes, question, whole, from, true)
                    : CompletableFuture.failedStage(failure));
  }

  private String unanswered() {
    return patience.who() + " has not answered in time.";
  }
}
