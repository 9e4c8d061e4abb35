package dev.dynode.engine.actor;

import dev.dynode.domain.Text;
import dev.dynode.domain.dyno.DynoCommand;
import dev.dynode.domain.dyno.DynoOrder;
import dev.dynode.domain.dyno.DynoOrder.StopSignal;
import dev.dynode.domain.dyno.DynoSize;
import dev.dynode.domain.dyno.DynoSpec;
import dev.dynode.domain.dyno.Usage;
import dev.dynode.port.AttachGateway;
import dev.dynode.port.ProcessRuntime.ExitStatus;
import dev.dynode.port.ProcessRuntime.Launch;
import dev.dynode.port.ProcessRuntime.RunningProcess;
import dev.dynode.port.ProcessRuntime.Signal;
import dev.dynode.port.ProcessRuntime.SlugTree;
import dev.dynode.port.ProcessRuntime.WindowSize;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.SupervisorStrategy;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One dyno's files, process and client on this host. Work that blocks runs in order on virtual
 * threads; bytes do not pass here.
 */
final class ProcessActor extends AbstractBehavior<ProcessActor.Command> {
  private static final Logger LOG = LoggerFactory.getLogger(ProcessActor.class);
  private static final ExecutorService BLOCKING = Executors.newVirtualThreadPerTaskExecutor();

  /** How soon a report is told again that nobody took. */
  private static final Duration SAY_AGAIN = Duration.ofSeconds(2);

  /** How long an order to discard the files of what has ended is waited for. */
  private static final Duration REMIND = Duration.ofSeconds(10);

  sealed interface Command {}

  record Carry(DynoOrder.ForHost order) implements Command {}

  /** The report of this number has been taken. */
  record Taken(long number) implements Command {}

  /** Nobody wants anything of this dyno any more. */
  record Discard() implements Command {}

  record Join(AttachGateway.Client client, CompletableFuture<AttachGateway.Attachment> joined)
      implements Command {}

  /** A process that an earlier life of the node started: it runs, or has ended. */
  record Adopt(RunningProcess process) implements Command {}

  /** Its files are there: it may have a client, though its box is still being made. */
  private record Prepared(int generation) implements Command {}

  private record Made() implements Command {}

  private record Started(int generation, RunningProcess process) implements Command {}

  private record Failed(int generation, Throwable cause) implements Command {}

  private record Exited(int generation, ExitStatus status) implements Command {}

  private record Lost(int generation, Throwable cause) implements Command {}

  private record Detached(AttachGateway.Detached reason) implements Command {}

  private record Discarded() implements Command {}

  private record Look() implements Command {}

  private record Say(DynoCommand report) implements Command {}

  private record SayAgain() implements Command {}

  /** Its end was told, and nobody has said what is to become of its files. */
  private record Remind() implements Command {}

  /** Read while it ran, or after its end, before that is told. */
  private record Looked(Usage usage) implements Command {}

  private final TimerScheduler<Command> timers;
  private final HostSurroundings surroundings;
  private final DynoSpec spec;
  private final Map<String, String> config;
  private final ActorRef<HostAgent.Command> host;

  /** Not taken yet, oldest first. Only the first is on its way. */
  private final Deque<DynoCommand> reports = new ArrayDeque<>();

  private long taken;
  private final List<Signal> earlySignals = new ArrayList<>();
  private CompletableFuture<?> work = CompletableFuture.completedFuture(null);
  private int ordered;
  private @Nullable RunningProcess process;
  private @Nullable Join client;
  private @Nullable DynoCommand lastReport;
  private boolean attached;
  private boolean discarded;
  private final long quota;
  private long knownHits;

  static Behavior<Command> create(
      HostSurroundings surroundings,
      DynoSpec spec,
      Map<String, String> config,
      ActorRef<HostAgent.Command> host) {
    return Behaviors.supervise(
            Behaviors.<Command>setup(
                context ->
                    Behaviors.withTimers(
                        timers ->
                            new ProcessActor(context, timers, surroundings, spec, config, host))))
        .onFailure(Throwable.class, SupervisorStrategy.resume()); // nobody else has the process
  }

  private ProcessActor(
      ActorContext<Command> context,
      TimerScheduler<Command> timers,
      HostSurroundings surroundings,
      DynoSpec spec,
      Map<String, String> config,
      ActorRef<HostAgent.Command> host) {
    super(context);
    this.timers = timers;
    this.quota = DynoSize.of(spec).memoryBytes();
    this.surroundings = surroundings;
    this.spec = spec;
    this.config = config;
    this.host = host;
  }

  @Override
  public Receive<Command> createReceive() {
    return newReceiveBuilder().onAnyMessage(this::receive).build();
  }

  private Behavior<Command> receive(Command command) {
    try {
      return carryOut(command);
    } catch (RuntimeException | AssertionError e) {
      if (command instanceof Join join) {
        join.joined().completeExceptionally(new AttachGateway.Refused(AttachGateway.BROKEN));
      }
      throw e;
    }
  }

  private Behavior<Command> carryOut(Command command) {
    switch (command) {
      case Carry(DynoOrder.ForHost order) -> carry(order);
      case Discard() -> discard(ordered);
      case Say(DynoCommand report) -> say(report);
      case SayAgain() -> send();
      case Taken(long number) -> {
        if (number == taken && !reports.isEmpty()) {
          reports.remove();
          taken++;
          timers.cancel(SayAgain.class);
          send();
          if (reports.isEmpty() && lastReport instanceof DynoCommand.ReportExited) {
            timers.startTimerWithFixedDelay(new Remind(), REMIND);
          }
        }
      }
      case Remind() ->
          surroundings
              .apps()
              .tell(
                  spec.app(),
                  new AppSupervisor.Held(
                      spec.id(), Optional.of(surroundings.load().view().id()), host));
      case Adopt(RunningProcess running) -> adopt(running);
      case Prepared(int generation) -> report(new DynoCommand.ReportPrepared(generation));
      case Made() -> {}
      case Started(int generation, RunningProcess running) ->
          started(generation, running, OutputLines::copy);
      case Failed(int generation, Throwable cause) -> failed(generation, cause);
      case Exited(int generation, ExitStatus status) ->
          report(new DynoCommand.ReportExited(generation, status.code()));
      case Look _ -> {
        RunningProcess running = process;
        if (running != null && !(lastReport instanceof DynoCommand.ReportExited)) {
          ActorRef<Command> self = getContext().getSelf();
          BLOCKING.execute(() -> look(running, self));
        }
      }
      case Looked(Usage usage) -> {
        if (usage.matters(quota, knownHits)) {
          knownHits = usage.processLimitHits();
          if (reports.peekLast() instanceof DynoCommand.ReportUsage && reports.size() > 1) {
            reports.removeLast(); // of those that wait the latest is enough
          }
          say(new DynoCommand.ReportUsage(ordered, usage));
        }
      }
      case Lost(int generation, Throwable cause) -> {
        getContext().getLog().error("{} is lost", spec.name(), cause);
        report(
            new DynoCommand.ReportLost(
                generation, "The keeper of the dyno ended, and the dyno with it"));
      }
      case Join join -> {
        client = join;
        join();
      }
      case Detached(AttachGateway.Detached reason) -> {
        attached = false;
        client = null;
        if (reason == AttachGateway.Detached.CLIENT_LEFT) {
          say(new DynoCommand.ReportDetached(ordered));
        }
        return closeWhenDone();
      }
      case Discarded() -> {
        discarded = true;
        return closeWhenDone();
      }
    }
    return this;
  }

  private void carry(DynoOrder.ForHost order) {
    switch (order) {
      case DynoOrder.PrepareFiles(_, int generation) -> {
        if (generation > ordered) { // else an order that was long on its way
          ActorRef<Command> told = getContext().getSelf();
          var prepared = new Prepared(generation);
          next(
              generation,
              () -> {
                surroundings.runtime().prepare(launch(generation), () -> told.tell(prepared));
                return new Made();
              });
        }
      }
      case DynoOrder.StartProcess(_, int generation) -> {
        if (generation > ordered) {
          ordered = generation;
          next(
              generation,
              () -> new Started(generation, surroundings.runtime().start(launch(generation))));
        }
      }
      case DynoOrder.AskHost _ -> {
        if (lastReport != null && reports.isEmpty()) {
          say(lastReport);
        }
      }
      case DynoOrder.SignalProcess(_, _, StopSignal signal) -> signal(number(signal));
      case DynoOrder.ResizeTerminal(_, _, int columns, int rows) -> {
        if (process != null) {
          process.resize(new WindowSize(columns, rows));
        }
      }
      case DynoOrder.CloseAttach(_, _, String reason) -> {
        if (client != null) {
          client.joined().completeExceptionally(new AttachGateway.Refused(reason));
          client.client().hangUp(reason);
        }
      }
      case DynoOrder.DiscardFiles(_, int generation) -> discard(generation);
    }
  }

  private void discard(int generation) {
    next(
        generation,
        () -> {
          surroundings.runtime().discard(spec.id());
          return new Discarded();
        });
  }

  /** Runs blocking work after what was ordered before. */
  private void next(int generation, Callable<Command> task) {
    ActorRef<Command> self = getContext().getSelf();
    work =
        work.thenRunAsync(
            () -> {
              try {
                self.tell(task.call());
              } catch (Throwable e) { // or nothing that is ordered later would be done
                self.tell(new Failed(generation, e));
              }
            },
            BLOCKING);
  }

  private SlugTree slug() throws IOException {
    Path tree = spec.slug().isPresent() ? surroundings.slugs().tree(spec.slug().get()) : null;
    return new SlugTree(tree);
  }

  private Launch launch(int generation) throws IOException {
    Map<String, String> environment = new HashMap<>(config);
    environment.putAll(spec.env());
    environment.put("DYNO", spec.name().toString());
    return new Launch(
        spec.app(),
        spec.id(),
        generation,
        slug(),
        spec.script(),
        environment,
        spec.terminal() ? new WindowSize(spec.columns(), spec.rows()) : null,
        spec.attach(),
        DynoSize.of(spec));
  }

  private void started(int generation, RunningProcess running, Consumer<OutputLines> copy) {
    process = running;
    report(new DynoCommand.ReportStarted(generation, running.pid()));
    earlySignals.forEach(this::signal);
    earlySignals.clear();
    CompletableFuture<?> output =
        spec.attach()
            ? CompletableFuture.completedFuture(null)
            : CompletableFuture.runAsync(
                () -> copy.accept(new OutputLines(surroundings, spec, running)), BLOCKING);
    timers.startTimerWithFixedDelay(new Look(), surroundings.sampleEvery());
    ActorRef<Command> self = getContext().getSelf();
    running
        .exit()
        .thenCombine(output.handle((_, _) -> 0), (status, _) -> status)
        .whenCompleteAsync(
            (status, failure) -> {
              look(running, self); // what the kernel killed it for is known by now
              self.tell(
                  failure == null ? new Exited(generation, status) : new Lost(generation, failure));
            },
            BLOCKING);
    join();
  }

  private void look(RunningProcess running, ActorRef<Command> self) {
    try {
      running.usage().ifPresent(usage -> self.tell(new Looked(usage)));
    } catch (IOException | RuntimeException e) { // its end is told all the same
      LOG.debug("what {} uses cannot be read", spec.name(), e);
    }
  }

  /** Its client's connection ended with the node; what it prints now is nobody's. */
  private void adopt(RunningProcess running) {
    ordered = running.generation();
    started(ordered, running, OutputLines::copyOn);
    if (!spec.attach()) {
      return;
    }
    BLOCKING.execute(() -> readAway(running));
    if (!running.exit().toCompletableFuture().isDone()) {
      say(new DynoCommand.ReportDetached(ordered));
    }
  }

  private static void readAway(RunningProcess running) {
    byte[] buffer = new byte[512];
    try {
      while (running.read(buffer) >= 0) {
        // so that it never waits for a reader
      }
    } catch (IOException e) {
      // it is closed
    }
  }

  private void join() {
    if (process == null || client == null || attached) {
      return;
    }
    attached = true;
    ActorRef<Command> self = getContext().getSelf();
    boolean taken =
        client
            .joined()
            .complete(
                new ProcessAttachment(
                    spec,
                    ordered,
                    process,
                    report -> self.tell(new Say(report)),
                    reason -> self.tell(new Detached(reason)),
                    client.client()));
    if (!taken) {
      self.tell(new Detached(AttachGateway.Detached.CLIENT_LEFT));
    }
  }

  private void failed(int generation, Throwable cause) {
    getContext().getLog().warn("{} could not be started", spec.name(), cause);
    if (discarded || lastReport instanceof DynoCommand.ReportExited) {
      getContext().getSelf().tell(new Discarded());
      return;
    }
    String reason = Text.kept(String.valueOf(cause.getMessage()));
    if (client != null) {
      client.joined().completeExceptionally(new AttachGateway.Refused(reason));
    }
    report(new DynoCommand.ReportStartFailed(generation, reason));
  }

  private void signal(Signal signal) {
    RunningProcess running = process;
    if (running == null) {
      earlySignals.add(signal);
    } else {
      BLOCKING.execute(() -> running.signal(signal));
    }
  }

  private static Signal number(StopSignal signal) {
    return switch (signal) {
      case HANGUP -> Signal.HUP;
      case TERMINATE -> Signal.TERM;
      case KILL -> Signal.KILL;
    };
  }

  private void report(DynoCommand report) {
    lastReport = report;
    say(report);
  }

  /** Reports are taken one by one, each told until it is. */
  private void say(DynoCommand report) {
    reports.add(report);
    if (reports.size() == 1) {
      send();
    }
  }

  private void send() {
    DynoCommand report = reports.peek();
    if (report != null) {
      surroundings
          .apps()
          .tell(spec.app(), new AppSupervisor.Report(spec.id(), taken, report, host));
      timers.startSingleTimer(SayAgain.class, new SayAgain(), SAY_AGAIN);
    }
  }

  private Behavior<Command> closeWhenDone() {
    if (!discarded || attached) {
      return this;
    }
    if (process != null) {
      process.close();
    }
    return Behaviors.stopped();
  }
}
