package dev.dynode.edge.api.request;

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
import dev.dynode.domain.app.DynoView;
import dev.dynode.domain.app.Tier;
import dev.dynode.domain.conductor.Conductor;
import dev.dynode.domain.conductor.Signal;
import dev.dynode.domain.conductor.Signal.Verdict;
import dev.dynode.domain.conductor.Step;
import dev.dynode.domain.directory.AppDirectory;
import dev.dynode.domain.directory.DirectoryCommand;
import dev.dynode.domain.directory.DirectoryEvent;
import dev.dynode.domain.dyno.DynoCommand;
import dev.dynode.domain.dyno.DynoDecider;
import dev.dynode.domain.dyno.DynoEvent;
import dev.dynode.domain.dyno.DynoOrder;
import dev.dynode.domain.dyno.DynoSpec;
import dev.dynode.domain.dyno.DynoState;
import dev.dynode.domain.history.AppStory.Kept;
import dev.dynode.domain.host.HostView;
import dev.dynode.domain.id.AppId;
import dev.dynode.domain.id.DynoId;
import dev.dynode.domain.id.HostId;
import dev.dynode.domain.id.ReleaseId;
import dev.dynode.domain.placement.Placement;
import dev.dynode.domain.view.AppReading;
import dev.dynode.domain.view.AppSummary;
import dev.dynode.domain.view.DynoAnswer;
import dev.dynode.edge.api.context.EventLog;
import dev.dynode.engine.actor.NameDirectory;
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
public final class RuleControlPlane implements ControlPlane, EventLog {
  /** There is always room. */
  private static final HostView HOST = new HostView(new HostId("here"), 0, Integer.MAX_VALUE);

  private final AppDecider appRules;
  private final DynoDecider dynoRules = new DynoDecider();
  private final AppDirectory nameRules = new AppDirectory(10_000);
  private final Map<AppId, AppState> apps = new HashMap<>();
  private final Map<DynoId, DynoState> dynos = new HashMap<>();
  private final Map<DynoId, List<DynoEvent>> histories = new HashMap<>();
  private final Map<AppId, List<AppEvent>> appHistories = new HashMap<>();
  private final Map<AppId, Conductor<List<Verdict>>> conductors = new HashMap<>();
  private AppDirectory.Names names = nameRules.initial();
  private volatile boolean broken;
  private volatile boolean silent;
  private final CountDownLatch asked = new CountDownLatch(1);
  private volatile Optional<Refusal> refusal = Optional.empty();

  public RuleControlPlane(AppPolicy policy) {
    appRules = new AppDecider(policy);
  }

  /** From now on every stage fails, as when the journal does. */
  public void breakDown() {
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
  public void refuseDynos(Refusal why) {
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
    var orders = new ArrayList<AppOrder>();
    Answer<AppState> answer =
        fold(
            appRules,
            appState(id),
            command,
            (event, after) -> {
              appHistories.computeIfAbsent(id, _ -> new ArrayList<>()).add(event);
              orders.addAll(appRules.react(event, after));
              apps.put(id, after);
              return after;
            });
    orders.forEach(order -> conduct(id, new Signal.AppOrdered<>(order)));
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
    conduct(app, new Signal.DynoChanged<>(dyno));
    carry(app, dyno, orders);
    return answer;
  }

  /** There are no processes and no time. */
  private void carry(AppId app, DynoId dyno, List<DynoOrder> orders) {
    for (DynoOrder order : orders) {
      if (order instanceof DynoOrder.ForApp forApp) {
        conduct(app, new Signal.DynoOrdered<>(dyno, forApp));
      }
    }
  }

  private AppState appState(AppId app) {
    return apps.getOrDefault(app, appRules.initial());
  }

  /** Who asks is told in this list. */
  private Conductor<List<Verdict>> conductor(AppId app) {
    return conductors.computeIfAbsent(
        app,
        _ ->
            new Conductor<>(
                appRules,
                Placement.SPREAD,
                new Conductor.Known() {
                  @Override
                  public AppState app() {
                    return appState(app);
                  }

                  @Override
                  public Optional<DynoState> dyno(DynoId dyno) {
                    return Optional.ofNullable(dynos.get(dyno));
                  }
                }));
  }

  private void conduct(AppId app, Signal<List<Verdict>> signal) {
    conductor(app).on(signal, Instant.now()).forEach(step -> carryOut(app, step));
  }

  private void carryOut(AppId app, Step<List<Verdict>> step) {
    switch (step) {
      case Step.Decide<List<Verdict>>(var who, RunDyno run, AppCommand command) ->
          conduct(
              app,
              new Signal.RunDecided<>(
                  who,
                  run,
                  switch (tellApp(app, command)) {
                    case Answer.Refused<AppState>(Refusal why) -> new Verdict.Refused(why);
                    case Answer.Failed<AppState>(var why) -> new Verdict.Failed(why);
                    case Answer.Done<AppState>(AppState after) ->
                        new Verdict.Granted(((App) after).grantedTo(run));
                  }));
      case Step.Answer<List<Verdict>>(var who, Verdict verdict) -> who.add(verdict);
      case Step.Count<List<Verdict>>(DynoId asked) ->
          conduct(app, new Signal.Counted<>(asked, false));
      case Step.Launch<List<Verdict>>(DynoSpec spec) -> {
        DynoState state = dynos.computeIfAbsent(spec.id(), _ -> dynoRules.initial());
        carry(app, spec.id(), dynoRules.resume(state, Instant.now()));
      }
      case Step.Place<List<Verdict>>(DynoId dyno, DynoCommand command) -> {
        tellDyno(app, dyno, command);
        conduct(app, new Signal.Placed<>(dyno));
      }
      case Step.Tell<List<Verdict>>(DynoId dyno, DynoCommand command) ->
          tellDyno(app, dyno, command);
      case Step.Retire<List<Verdict>>(var retire) -> {
        tellApp(app, retire);
        conduct(app, new Signal.Retired<>(retire.id()));
      }
      case Step.LookForHosts<List<Verdict>>(DynoId dyno, _) ->
          conduct(app, new Signal.HostsSeen<>(dyno, List.of(HOST), 1, 0, true));
      case Step.AskPlace<List<Verdict>>(_, DynoId dyno, _, _) ->
          conduct(app, new Signal.PlaceAnswered<>(dyno, HOST, true, false));
      case Step.FreeName<List<Verdict>>(String name) ->
          tellNames(new DirectoryCommand.FreeName("dynode", name, app));
      case Step.CarryOut<List<Verdict>> _,
          Step.Dismiss<List<Verdict>> _,
          Step.Forget<List<Verdict>> _,
          Step.Later<List<Verdict>> _,
          Step.Pass<List<Verdict>> _,
          Step.ReleasePlace<List<Verdict>> _,
          Step.Resume<List<Verdict>> _ -> {}
    }
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
  public synchronized App state(AppId app) {
    return (App) apps.getOrDefault(app, appRules.initial());
  }

  @Override
  public <T> CompletionStage<Answer<T>> change(AppId app, AppCommand command, AppQuery<T> then) {
    return answer(() -> answer(tellApp(app, command), then));
  }

  @Override
  public CompletionStage<Answer<DynoAnswer>> run(AppId app, RunDyno command) {
    return answer(
        () -> {
          if (refusal.isPresent()) {
            return new Answer.Refused<>(refusal.get());
          }
          var verdicts = new ArrayList<Verdict>();
          conduct(app, new Signal.RunAsked<>(verdicts, command));
          return switch (verdicts.getFirst()) {
            case Verdict.Refused(Refusal why) -> new Answer.Refused<>(why);
            case Verdict.Failed(var why) -> new Answer.Failed<>(why);
            case Verdict.Granted(DynoId dyno) ->
                new Answer.Done<>(
                    new DynoAnswer(
                        state(app).name(),
                        dyno,
                        dynoView(dynos.getOrDefault(dyno, dynoRules.initial()))));
          };
        });
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
