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
import dev.dynode.domain.app.AppState.Requested;
import dev.dynode.domain.app.Granted;
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
import dev.dynode.domain.view.AppReading;
import dev.dynode.domain.view.AppSummary;
import dev.dynode.domain.view.DynoAnswer;
import dev.dynode.port.AppQuery;
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

  private DynoView view(Requested requested) {
    return dynoView(dynos.getOrDefault(requested.spec().id(), dynoRules.initial())).orElseThrow();
  }

  private static Optional<DynoView> dynoView(DynoState state) {
    return switch (state) {
      case DynoState.Live live -> Optional.of(DynoView.of(live));
      case DynoState.Retired retired -> Optional.of(DynoView.of(retired));
      case DynoState.Absent _ -> Optional.empty();
    };
  }

  private <T> Answer<T> answer(Answer<AppState> answer, AppQuery<T> query) {
    return switch (answer) {
      case Answer.Refused<AppState>(Refusal why) -> new Answer.Refused<>(why);
      case Answer.Failed<AppState>(var why) -> new Answer.Failed<>(why);
      case Answer.Done<AppState>(AppState state) ->
          state instanceof App app
              ? query.of(new AppReading(app, this::view))
              : new Answer.Refused<>(Refusal.notFound("app"));
    };
  }

  @Override
  public synchronized Map<String, AppId> apps() {
    return names.taken();
  }

  @Override
  public CompletionStage<Answer<AppSummary>> createApp(
      String by, String name, Tier tier, String region, String stack) {
    return answer(
        () -> {
          var id = new AppId(UUID.randomUUID());
          return tellNames(new DirectoryCommand.ClaimName(by, name, id))
                  instanceof Answer.Refused<AppDirectory.Names>(Refusal why)
              ? new Answer.Refused<>(why)
              : answer(
                  tellApp(
                      id,
                      new AppCommand.CreateApp(
                          by, id, new ReleaseId(UUID.randomUUID()), name, tier, region, stack)),
                  new AppQuery.Summary());
        });
  }

  @Override
  public ControlPlane until(Instant notAfter) {
    return this; // it holds nothing back
  }

  @Override
  public CompletionStage<Answer<AppSummary>> renameApp(AppId app, AppCommand.UpdateApp update) {
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
          return answer(tellApp(app, update), new AppQuery.Summary());
        });
  }

  @Override
  public synchronized CompletionStage<Optional<AppId>> find(String identity) {
    return answer(() -> NameDirectory.find(names.taken(), identity));
  }

  @Override
  public <T> CompletionStage<Answer<T>> ask(AppId app, AppQuery<T> query) {
    return answer(
        () ->
            apps.get(app) instanceof App its && its.deletedAt().isEmpty()
                ? answer(new Answer.Done<>(its), query)
                : new Answer.Refused<>(Refusal.notFound("app")));
  }

  /** All that the rules know of an app. */
  synchronized App state(AppId app) {
    return (App) apps.getOrDefault(app, appRules.initial());
  }

  @Override
  public <T> CompletionStage<Answer<T>> change(AppId app, AppCommand command, AppQuery<T> then) {
    return answer(() -> answer(tellApp(app, command), then));
  }

  @Override
  public CompletionStage<Answer<DynoAnswer>> run(AppId app, RunDyno command) {
    return answer(
        () ->
            refusal.isPresent()
                ? new Answer.Refused<>(refusal.get())
                : tellApp(app, command)
                    .map(
                        state -> {
                          App after = (App) state;
                          DynoId id =
                              command
                                  .idempotencyKey()
                                  .flatMap(after::dynoOfKey)
                                  .map(Granted::id)
                                  .orElse(command.id());
                          return new DynoAnswer(
                              after.name(),
                              id,
                              dynoView(dynos.getOrDefault(id, dynoRules.initial())));
                        }));
  }

  @Override
  public CompletionStage<Answer<Boolean>> tell(AppId app, String dyno, DynoCommand command) {
    return answer(
        () -> {
          Optional<DynoId> id =
              apps.get(app) instanceof App its && its.deletedAt().isEmpty()
                  ? its.dyno(dyno)
                  : Optional.empty();
          return id.isEmpty()
              ? new Answer.Refused<>(Refusal.notFound("dyno"))
              : tellDyno(app, id.get(), command).map(DynoState.Live.class::isInstance);
        });
  }

  @Override
  public CompletionStage<Optional<DynoView>> ended(AppId app, DynoId dyno) {
    return answer(
        () ->
            dynos.get(dyno) instanceof DynoState.Retired retired && retired.spec().app().equals(app)
                ? Optional.of(DynoView.of(retired))
                : Optional.empty());
  }

  @Override
  public CompletionStage<List<DynoView>> lastEnded(AppId app) {
    return answer(
        () ->
            appHistories.getOrDefault(app, List.of()).stream()
                .filter(AppEvent.DynoRetired.class::isInstance)
                .map(event -> ((AppEvent.DynoRetired) event).id())
                .flatMap(id -> dynoView(dynos.getOrDefault(id, dynoRules.initial())).stream())
                .toList());
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
