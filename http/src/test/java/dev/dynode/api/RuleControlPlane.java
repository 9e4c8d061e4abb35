package dev.dynode.api;

import dev.dynode.actor.directory.NameDirectory;
import dev.dynode.domain.Decider;
import dev.dynode.domain.Decision;
import dev.dynode.domain.Refusal;
import dev.dynode.domain.app.AppCommand;
import dev.dynode.domain.app.AppCommand.RunDyno;
import dev.dynode.domain.app.AppDecider;
import dev.dynode.domain.app.AppEvent;
import dev.dynode.domain.app.AppOrder;
import dev.dynode.domain.app.AppPolicy;
import dev.dynode.domain.app.AppState;
import dev.dynode.domain.app.AppState.App;
import dev.dynode.domain.app.Tier;
import dev.dynode.domain.directory.AppDirectory;
import dev.dynode.domain.directory.DirectoryCommand;
import dev.dynode.domain.directory.DirectoryEvent;
import dev.dynode.domain.dyno.DynoCommand;
import dev.dynode.domain.dyno.DynoDecider;
import dev.dynode.domain.dyno.DynoEvent;
import dev.dynode.domain.dyno.DynoOrder;
import dev.dynode.domain.dyno.DynoSpec;
import dev.dynode.domain.dyno.DynoState;
import dev.dynode.domain.dyno.DynoView;
import dev.dynode.domain.history.AppStory.Kept;
import dev.dynode.domain.id.AppId;
import dev.dynode.domain.id.DynoId;
import dev.dynode.domain.id.HostId;
import dev.dynode.domain.id.ReleaseId;
import dev.dynode.port.ControlPlane;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.function.BiFunction;
import java.util.stream.Stream;

/** The real rules, folded one command after the other, without actors and without a journal. */
final class RuleControlPlane implements ControlPlane, EventLog {
  private final AppDecider appRules;
  private final DynoDecider dynoRules = new DynoDecider();
  private final AppDirectory nameRules = new AppDirectory(10_000);
  private final Map<AppId, AppState> apps = new HashMap<>();
  private final Map<DynoId, DynoState> dynos = new HashMap<>();
  private final Map<DynoId, List<DynoEvent>> histories = new HashMap<>();
  private final Map<AppId, List<AppEvent>> appHistories = new HashMap<>();
  private AppDirectory.Names names = nameRules.initial();
  private volatile boolean broken;
  private volatile boolean silent;
  private final CountDownLatch asked = new CountDownLatch(1);
  private volatile Optional<Refusal> refusal = Optional.empty();

  RuleControlPlane(AppPolicy policy) {
    appRules = new AppDecider(policy);
  }

  /** From now on every stage fails, as when the journal does. */
  void breakDown() {
    broken = true;
  }

  /** From now on no stage completes. */
  void fallSilent() {
    silent = true;
  }

  /** Until somebody has asked who is not answered. */
  void awaitAsked() throws InterruptedException {
    asked.await();
  }

  /** From now on dynos are refused for this. */
  void refuseDynos(Refusal why) {
    refusal = Optional.of(why);
  }

  private <T> CompletionStage<T> answer(java.util.function.Supplier<T> answer) {
    if (silent) {
      asked.countDown();
      return new CompletableFuture<>();
    }
    if (broken) {
      return CompletableFuture.failedFuture(new IllegalStateException("the journal is gone"));
    }
    synchronized (this) {
      return CompletableFuture.completedFuture(answer.get());
    }
  }

  private static <C, E, S, O> Answer<S> fold(
      Decider<C, E, S, O> rules, S state, C command, BiFunction<E, S, S> after) {
    Decision<E> decision = rules.decide(state, command, Instant.now());
    S next = state;
    for (E event : decision.events()) {
      next = after.apply(event, rules.evolve(next, event));
    }
    return decision instanceof Decision.Refused<E>(Refusal why, _)
        ? new Answer.Refused<>(why)
        : new Answer.Done<>(next);
  }

  private Answer<AppState> tellApp(AppId id, AppCommand command) {
    Answer<AppState> answer = foldApp(apps.getOrDefault(id, appRules.initial()), id, command);
    return answer;
  }

  private Answer<AppState> foldApp(AppState state, AppId id, AppCommand command) {
    var orders = new ArrayList<AppOrder>();
    Answer<AppState> answer =
        fold(
            appRules,
            state,
            command,
            (event, after) -> {
              appHistories.computeIfAbsent(id, _ -> new ArrayList<>()).add(event);
              orders.addAll(appRules.react(event, after));
              apps.put(id, after);
              return after;
            });
    for (AppOrder order : orders) {
      switch (order) {
        case AppOrder.LaunchDyno(String by, var spec) ->
            tellDyno(id, spec.id(), new DynoCommand.Create(by, spec, new HostId("here")));
        case AppOrder.StopDyno(String by, DynoId dyno, var cause) ->
            tellDyno(id, dyno, new DynoCommand.Stop(by, cause));
        case AppOrder.WriteLog _, AppOrder.RemoveSlugs _ -> {}
        case AppOrder.Dismantle(String name) ->
            tellNames(new DirectoryCommand.FreeName("dynode", name, id));
      }
    }
    return answer;
  }

  private Answer<DynoState> tellDyno(AppId app, DynoId dyno, DynoCommand command) {
    var orders = new ArrayList<DynoOrder>();
    Answer<DynoState> answer =
        fold(
            dynoRules,
            dynos.getOrDefault(dyno, dynoRules.initial()),
            command,
            (event, after) -> {
              dynos.put(dyno, after);
              histories.computeIfAbsent(dyno, _ -> new ArrayList<>()).add(event);
              orders.addAll(dynoRules.react(event, after));
              return after;
            });
    for (DynoOrder order : orders) {
      if (order instanceof DynoOrder.ReportRetired(var ending, var status, Instant at)) {
        tellApp(app, new AppCommand.RetireDyno("dynode", dyno, ending, status, at));
      }
    }
    return answer;
  }

  private Answer<AppDirectory.Names> tellNames(DirectoryCommand command) {
    return fold(
        nameRules,
        names,
        command,
        (DirectoryEvent _, AppDirectory.Names after) -> {
          names = after;
          return after;
        });
  }

  private AppView view(App app) {
    return new AppView(
        app,
        app.roster().keySet().stream()
            .map(id -> dynoView(dynos.getOrDefault(id, dynoRules.initial())))
            .toList());
  }

  private static DynoView dynoView(DynoState state) {
    return switch (state) {
      case DynoState.Live live -> DynoView.of(live);
      case DynoState.Retired retired -> DynoView.of(retired);
      case DynoState.Absent _ -> throw new IllegalStateException("no dyno");
    };
  }

  private Answer<AppView> view(Answer<AppState> answer) {
    return switch (answer) {
      case Answer.Refused<AppState>(Refusal why) -> new Answer.Refused<>(why);
      case Answer.Failed<AppState>(var why) -> new Answer.Failed<>(why);
      case Answer.Done<AppState>(AppState state) ->
          state instanceof App app
              ? new Answer.Done<>(view(app))
              : new Answer.Refused<>(Refusal.notFound("app"));
    };
  }

  @Override
  public synchronized Map<String, AppId> apps() {
    return names.taken();
  }

  @Override
  public CompletionStage<Answer<AppView>> createApp(
      String by, String name, Tier tier, String region, String stack) {
    return answer(
        () -> {
          var id = new AppId(UUID.randomUUID());
          return tellNames(new DirectoryCommand.ClaimName(by, name, id))
                  instanceof Answer.Refused<AppDirectory.Names>(Refusal why)
              ? new Answer.Refused<>(why)
              : view(
                  tellApp(
                      id,
                      new AppCommand.CreateApp(
                          by, id, new ReleaseId(UUID.randomUUID()), name, tier, region, stack)));
        });
  }

  @Override
  public ControlPlane until(Instant notAfter) {
    return this; // it holds nothing back
  }

  @Override
  public CompletionStage<Answer<AppView>> renameApp(AppId app, AppCommand.UpdateApp update) {
    String by = update.by();
    String name = update.name().orElseThrow();
    return answer(
        () -> {
          String before = ((App) apps.getOrDefault(app, appRules.initial())).name();
          if (tellNames(new DirectoryCommand.ClaimName(by, name, app))
              instanceof Answer.Refused<AppDirectory.Names>(Refusal why)) {
            return new Answer.Refused<>(why);
          }
          tellNames(new DirectoryCommand.FreeName(by, before, app));
          return view(tellApp(app, update));
        });
  }

  @Override
  public synchronized CompletionStage<Optional<AppId>> find(String identity) {
    return answer(() -> NameDirectory.find(names.taken(), identity));
  }

  @Override
  public CompletionStage<Answer<AppView>> glance(AppId app) {
    return look(app)
        .thenApply(
            answer ->
                answer instanceof Answer.Done<AppView>(AppView view)
                    ? new Answer.Done<>(new AppView(view.app().brief(), view.live()))
                    : answer);
  }

  @Override
  public CompletionStage<Answer<AppView>> look(AppId app) {
    return answer(() -> view(new Answer.Done<>(apps.getOrDefault(app, appRules.initial()))));
  }

  @Override
  public CompletionStage<Answer<AppView>> change(AppId app, AppCommand command) {
    return answer(() -> view(tellApp(app, command)));
  }

  @Override
  public CompletionStage<Answer<DynoView>> run(AppId app, RunDyno command) {
    return answer(
        () -> {
          if (refusal.isPresent()) {
            return new Answer.Refused<>(refusal.get());
          }
          return switch (tellApp(app, command)) {
            case Answer.Refused<AppState>(Refusal why) -> new Answer.Refused<>(why);
            case Answer.Failed<AppState>(var why) -> new Answer.Failed<>(why);
            case Answer.Done<AppState>(AppState state) -> {
              App after = (App) state;
              DynoId id =
                  command
                      .idempotencyKey()
                      .flatMap(after::dynoOfKey)
                      .map(spec -> spec.id())
                      .orElse(command.id());
              yield new Answer.Done<>(dynoView(dynos.getOrDefault(id, dynoRules.initial())));
            }
          };
        });
  }

  @Override
  public CompletionStage<Answer<DynoView>> tell(AppId app, DynoId dyno, DynoCommand command) {
    return answer(
        () ->
            switch (tellDyno(app, dyno, command)) {
              case Answer.Refused<DynoState>(Refusal why) -> new Answer.Refused<>(why);
              case Answer.Failed<DynoState>(var why) -> new Answer.Failed<>(why);
              case Answer.Done<DynoState>(DynoState state) -> new Answer.Done<>(dynoView(state));
            });
  }

  @Override
  public CompletionStage<List<DynoEvent>> ofDyno(DynoId dyno) {
    return answer(() -> List.copyOf(histories.getOrDefault(dyno, List.of())));
  }

  @Override
  public long count(AppId app) {
    return appHistories.getOrDefault(app, List.of()).size();
  }

  @Override
  public Stream<Kept> ofApp(AppId app) {
    return List.copyOf(appHistories.getOrDefault(app, List.of())).stream()
        .map(event -> new Kept(event, event.at()));
  }

  @Override
  public Optional<Instant> end(DynoId dyno) {
    return histories.getOrDefault(dyno, List.of()).stream()
        .filter(DynoEvent.Retired.class::isInstance)
        .map(DynoEvent::at)
        .findAny();
  }

  @Override
  public CompletionStage<Optional<DynoId>> find(AppId app, String identity) {
    return answer(
        () ->
            appHistories.getOrDefault(app, List.of()).stream()
                .filter(AppEvent.DynoRequested.class::isInstance)
                .map(event -> ((AppEvent.DynoRequested) event).spec())
                .filter(
                    spec ->
                        spec.id().toString().equals(identity)
                            || spec.name().toString().equals(identity))
                .reduce((_, later) -> later)
                .map(DynoSpec::id));
  }
}
