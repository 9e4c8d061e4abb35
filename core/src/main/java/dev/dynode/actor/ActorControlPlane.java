package dev.dynode.actor;

import dev.dynode.actor.app.AppSupervisor;
import dev.dynode.actor.directory.NameDirectory;
import dev.dynode.domain.app.AppCommand;
import dev.dynode.domain.app.AppCommand.RunDyno;
import dev.dynode.domain.app.Tier;
import dev.dynode.domain.directory.DirectoryCommand;
import dev.dynode.domain.dyno.DynoCommand;
import dev.dynode.domain.dyno.DynoView;
import dev.dynode.domain.id.AppId;
import dev.dynode.domain.id.DynoId;
import dev.dynode.domain.id.ReleaseId;
import dev.dynode.port.ControlPlane;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Scheduler;
import org.apache.pekko.actor.typed.javadsl.AskPattern;

/**
 * The control plane, asked by messages. Every command may be repeated, so what is not answered is
 * asked again: it may have been lost with the node it went to.
 *
 * @param names of all apps as far as this node has heard
 * @param patience longest wait for an answer
 * @param again after how long an unanswered question is asked again
 * @param cutOff why this node can reach no control node any more, if so: asking is in vain
 * @param unwritten why nothing can be recorded now, if so: changes are refused at once, and not
 *     carried out later
 */
public record ActorControlPlane(
    ActorRef<NodeGuardian.Command> guardian,
    ActorRef<NameDirectory.Command> directory,
    Supplier<Map<String, AppId>> names,
    Scheduler scheduler,
    Duration patience,
    Duration again,
    Supplier<Optional<String>> cutOff,
    Supplier<Optional<String>> unwritten)
    implements ControlPlane {

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
                left ->
                    AskPattern.ask(
                        directory,
                        replyTo -> new NameDirectory.Find(identity, replyTo),
                        left,
                        scheduler),
                System.nanoTime())
            .thenApply(NameDirectory.Found::app);
  }

  @Override
  public CompletionStage<Answer<AppView>> createApp(
      String by, String name, Tier tier, String region, String stack) {
    AppId id = new AppId(UUID.randomUUID());
    var create =
        new AppCommand.CreateApp(
            by, id, new ReleaseId(UUID.randomUUID()), name, tier, region, stack);
    return afterClaim(by, name, id, () -> change(id, create));
  }

  @Override
  public CompletionStage<Answer<AppView>> renameApp(String by, AppId app, String name) {
    return glance(app)
        .thenCompose(
            seen ->
                switch (seen) {
                  case Answer.Refused<AppView> refused -> CompletableFuture.completedStage(refused);
                  case Answer.Done<AppView>(AppView view) when view.app().name().equals(name) ->
                      CompletableFuture.completedStage(seen);
                  case Answer.Done<AppView>(AppView view) ->
                      afterClaim(
                          by,
                          name,
                          app,
                          () ->
                              change(
                                      app,
                                      new AppCommand.UpdateApp(
                                          by,
                                          Optional.of(name),
                                          Optional.empty(),
                                          Optional.empty()))
                                  .thenCompose(
                                      renamed ->
                                          names(
                                                  new DirectoryCommand.FreeName(
                                                      by, view.app().name(), app))
                                              .thenApply(_ -> renamed)));
                });
  }

  private CompletionStage<Answer<AppView>> afterClaim(
      String by, String name, AppId app, Supplier<CompletionStage<Answer<AppView>>> then) {
    return names(new DirectoryCommand.ClaimName(by, name, app))
        .thenCompose(
            claimed ->
                switch (claimed) {
                  case Answer.Refused<Boolean>(var refusal) ->
                      CompletableFuture.completedStage(new Answer.Refused<>(refusal));
                  case Answer.Done<Boolean> _ -> then.get();
                });
  }

  private CompletionStage<Answer<Boolean>> names(DirectoryCommand command) {
    return writing(
        () ->
            repeat(
                left ->
                    AskPattern.ask(
                        directory,
                        replyTo -> new NameDirectory.Change(command, replyTo),
                        left,
                        scheduler),
                System.nanoTime()));
  }

  @Override
  public CompletionStage<Answer<AppView>> glance(AppId app) {
    return ask(app, replyTo -> new AppSupervisor.Look(false, replyTo));
  }

  @Override
  public CompletionStage<Answer<AppView>> look(AppId app) {
    return ask(app, replyTo -> new AppSupervisor.Look(true, replyTo));
  }

  @Override
  public CompletionStage<Answer<AppView>> change(AppId app, AppCommand command) {
    return writing(() -> ask(app, replyTo -> new AppSupervisor.Change(command, replyTo)));
  }

  @Override
  public CompletionStage<Answer<DynoView>> run(AppId app, RunDyno command) {
    return writing(() -> ask(app, replyTo -> new AppSupervisor.Run(command, replyTo)));
  }

  @Override
  public CompletionStage<Answer<DynoView>> tell(AppId app, DynoId dyno, DynoCommand command) {
    return writing(() -> ask(app, replyTo -> new AppSupervisor.TellDyno(dyno, command, replyTo)));
  }

  private <T> CompletionStage<T> writing(Supplier<CompletionStage<T>> change) {
    return unwritten.get().<CompletionStage<T>>map(ActorControlPlane::unanswered).orElseGet(change);
  }

  private <T> CompletionStage<T> ask(
      AppId app, Function<ActorRef<T>, AppSupervisor.Command> command) {
    return repeat(
        left ->
            AskPattern.ask(
                guardian,
                replyTo -> new NodeGuardian.ToApp(app, command.apply(replyTo)),
                left,
                scheduler),
        System.nanoTime());
  }

  private <T> CompletionStage<T> repeat(
      Function<Duration, CompletionStage<T>> question, long from) {
    Duration left = patience.minusNanos(System.nanoTime() - from);
    Optional<String> inVain = cutOff.get();
    if (inVain.isPresent()) {
      return unanswered(inVain.get());
    }
    if (!left.isPositive()) {
      return unanswered("No control node has answered in time; ask again in a moment.");
    }
    return question
        .apply(left.compareTo(again) < 0 ? left : again)
        .exceptionallyCompose(
            failure ->
                failure instanceof TimeoutException
                        || failure.getCause() instanceof TimeoutException
                    ? repeat(question, from)
                    : CompletableFuture.failedStage(failure));
  }

  private static <T> CompletionStage<T> unanswered(String why) {
    return CompletableFuture.failedStage(new Unanswered(why));
  }
}
