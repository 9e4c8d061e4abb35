package dev.dynode.engine.actor;

import static java.util.Objects.requireNonNull;

import dev.dynode.domain.dyno.DynoCommand;
import dev.dynode.domain.dyno.DynoOrder;
import dev.dynode.domain.dyno.DynoSize;
import dev.dynode.domain.dyno.DynoSpec;
import dev.dynode.domain.host.HostView;
import dev.dynode.domain.id.AppId;
import dev.dynode.domain.id.DynoId;
import dev.dynode.port.AttachGateway;
import dev.dynode.port.ProcessRuntime;
import dev.dynode.port.ProcessRuntime.RunningProcess;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.SupervisorStrategy;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.apache.pekko.actor.typed.receptionist.Receptionist;
import org.apache.pekko.actor.typed.receptionist.ServiceKey;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * What runs on this machine. One {@link ProcessActor} for each dyno placed here; orders about a
 * launch this machine does not know are answered with {@code ReportLost}. It tells the nodes that
 * watch it how it is; as long as one of them hears it, its dynos are kept.
 */
public final class HostAgent extends AbstractBehavior<HostAgent.Command> {
  /** Under which agents are found in a cluster. */
  public static final ServiceKey<Command> KEY = ServiceKey.create(Command.class, "host");

  /** The cluster role of nodes that have one. */
  public static final String ROLE = "host";

  /** Number of reports that no {@link ProcessActor} waits for. */
  private static final long NOBODYS = -1;

  /** Dynos of which it is remembered that they are over: those of some minutes at the least. */
  private static final int MOST_FINISHED = 10_000;

  /** How soon something is told again that nobody has answered. */
  private static final Duration AGAIN = Duration.ofSeconds(2);

  /** What the agent understands. */
  public sealed interface Command {}

  /** Carry out a dyno's order and report to its app. */
  public record Carry(DynoSpec spec, Map<String, String> config, DynoOrder.ForHost order)
      implements Command {}

  /** Keep a place for this launch of a dyno, if there is one. */
  public record Reserve(
      DynoId dyno, int generation, long bytes, ActorRef<AppSupervisor.Command> replyTo)
      implements Command {}

  /** The place that is kept for this launch, or an earlier one, is not needed. */
  public record Release(DynoId dyno, int generation) implements Command {}

  /** This dyno's report of this number was taken. */
  public record Taken(DynoId dyno, long number) implements Command {}

  /** This dyno is over: nothing of it is needed. */
  public record Finished(DynoId dyno) implements Command {}

  /** Somebody wants to be told how this host is. */
  public record Watch(ActorRef<HostWatch.Command> watch) implements Command {}

  /**
   * A watch has heard what was told, and its node is of the newest cluster as far as it knows.
   *
   * @param at of what was told; none from a node of an earlier release
   * @param cluster number of its cluster; none from a node of an earlier release
   */
  public record Heard(Optional<Long> at, Optional<Long> cluster) implements Command {}

  /** Take no more dynos, until this is taken back or this node is started again. */
  public record Drain(boolean on) implements Command {}

  /** A client was granted this dyno's process and waits for it. */
  public record Join(
      DynoId dyno, AttachGateway.Client client, CompletableFuture<AttachGateway.Attachment> joined)
      implements Command {}

  private record Ended(DynoId dyno) implements Command {}

  private record Unwatched(ActorRef<HostWatch.Command> watch) implements Command {}

  private record Tell() implements Command {}

  private record Again() implements Command {}

  /**
   * What a host in a cluster is to the others.
   *
   * @param rendezvous host and port at which clients attach; empty until that is known
   * @param every time between two tellings of how it is
   * @param lease how long dynos go on when nobody hears of them
   * @param cluster number of the cluster this host is in; 0: not yet known
   */
  public record Membership(
      Supplier<String> rendezvous, Duration every, Duration lease, LongSupplier cluster) {}

  private final HostSurroundings surroundings;
  private final @Nullable Membership membership;
  private final Set<DynoId> lost;
  private final Map<DynoId, AppId> owners;
  private final Map<DynoId, RunningProcess> adopted;
  private final Map<DynoId, ActorRef<ProcessActor.Command>> processes = new HashMap<>();
  private final Map<DynoId, AppSupervisor.Report> untaken = new HashMap<>();
  private final Map<DynoId, AppId> untakenOwners = new HashMap<>();
  private final Set<ActorRef<HostWatch.Command>> watches = new HashSet<>();
  private final LinkedHashSet<DynoId> finished = new LinkedHashSet<>();
  private final long began = System.nanoTime();
  private long keptFrom = began;
  private boolean leased;

  /**
   * @param found what an earlier life of this host left
   * @param membership none for a host that is alone
   */
  public static Behavior<Command> create(
      HostSurroundings surroundings,
      ProcessRuntime.Recovery found,
      Optional<Membership> membership) {
    return Behaviors.supervise(
            Behaviors.<Command>setup(
                context ->
                    Behaviors.withTimers(
                        timers -> new HostAgent(context, timers, surroundings, found, membership))))
        .onFailure(
            Throwable.class, SupervisorStrategy.resume()); // nobody else knows what runs here
  }

  private HostAgent(
      ActorContext<Command> context,
      TimerScheduler<Command> timers,
      HostSurroundings surroundings,
      ProcessRuntime.Recovery found,
      Optional<Membership> membership) {
    super(context);
    this.surroundings = surroundings;
    this.membership = membership.orElse(null);
    this.lost = found.ended();
    this.owners = found.owners();
    this.adopted = new HashMap<>();
    for (RunningProcess process : found.adopted()) {
      adopted.put(process.dyno(), process);
      surroundings.load().found(process.dyno(), 0); // its app tells its size
    }
    timers.startTimerWithFixedDelay(new Again(), Duration.ZERO, AGAIN);
    membership.ifPresent(
        member -> {
          timers.startTimerWithFixedDelay(new Tell(), member.every());
          context
              .getSystem()
              .receptionist()
              .tell(Receptionist.register(KEY, context.getSelf().narrow()));
        });
  }

  @Override
  public Receive<Command> createReceive() {
    return newReceiveBuilder().onAnyMessage(this::receive).build();
  }

  private Behavior<Command> receive(Command command) {
    try {
      carryOut(command);
    } catch (RuntimeException | AssertionError e) {
      if (command instanceof Join join) {
        join.joined().completeExceptionally(new AttachGateway.Refused(AttachGateway.BROKEN));
      }
      throw e;
    }
    return this;
  }

  private void carryOut(Command command) {
    switch (command) {
      case Carry carry -> carry(carry);
      case Reserve(DynoId dyno, int generation, long bytes, var replyTo) -> {
        HostLoad load = surroundings.load();
        HostView before = load.viewWithout(dyno);
        boolean kept = load.reserve(dyno, generation, bytes);
        replyTo.tell(
            new AppSupervisor.Reservation(dyno, kept, before, load.view(), load.draining()));
      }
      case Release(DynoId dyno, int generation) -> surroundings.load().release(dyno, generation);
      case Taken(DynoId dyno, long number) -> {
        ActorRef<ProcessActor.Command> process = processes.get(dyno);
        if (number == NOBODYS) {
          untaken.remove(dyno);
          untakenOwners.remove(dyno);
        } else if (process != null) {
          process.tell(new ProcessActor.Taken(number));
        }
      }
      case Join join -> {
        ActorRef<ProcessActor.Command> process = processes.get(join.dyno());
        if (process == null) {
          join.joined()
              .completeExceptionally(new AttachGateway.Refused("This dyno has ended already."));
        } else {
          process.tell(new ProcessActor.Join(join.client(), join.joined()));
        }
      }
      case Finished(DynoId dyno) -> {
        ActorRef<ProcessActor.Command> process = processes.get(dyno);
        if (process != null) {
          process.tell(new ProcessActor.Discard());
        }
        discard(dyno);
        surroundings.load().release(dyno, Integer.MAX_VALUE);
        remember(dyno);
      }
      case Ended(DynoId dyno) -> {
        processes.remove(dyno);
        surroundings.load().ended(dyno);
      }
      case Watch(var watch) -> {
        if (watches.add(watch)) {
          getContext().watchWith(watch, new Unwatched(watch));
          tell(watch);
        }
      }
      case Unwatched(var watch) -> watches.remove(watch);
      case Heard heard -> keep(heard);
      case Drain(boolean on) -> {
        surroundings.load().drain(on);
        watches.forEach(this::tell);
      }
      case Tell() -> watches.forEach(this::tell);
      case Again() -> {
        untaken.forEach(
            (dyno, report) ->
                surroundings.apps().tell(requireNonNull(untakenOwners.get(dyno)), report));
        adopted
            .keySet()
            .forEach(
                dyno -> {
                  AppId owner = owners.get(dyno);
                  if (owner != null) {
                    surroundings
                        .apps()
                        .tell(
                            owner,
                            new AppSupervisor.Held(
                                dyno,
                                Optional.of(surroundings.load().view().id()),
                                getContext().getSelf()));
                  }
                });
      }
    }
  }

  private void tell(ActorRef<HostWatch.Command> watch) {
    String rendezvous = requireNonNull(membership).rendezvous().get();
    if (!rendezvous.isEmpty()) {
      watch.tell(
          new HostWatch.Tell(
              surroundings.load().told(getContext().getSelf(), rendezvous),
              Optional.of(System.nanoTime() - began)));
    }
  }

  /**
   * Somebody in the control plane knows that this host lives, so its dynos may go on: for the lease
   * from when this host told of itself, for an answer may come late.
   */
  private void keep(Heard heard) {
    Membership member = requireNonNull(membership);
    long from = heard.at().map(at -> began + at).orElseGet(System::nanoTime);
    Duration left = member.lease().minusNanos(System.nanoTime() - from);
    boolean outdated = heard.cluster().filter(of -> of < member.cluster().getAsLong()).isPresent();
    if (outdated || !left.isPositive() || (leased && from - keptFrom < 0)) {
      return;
    }
    keptFrom = from;
    try {
      surroundings.runtime().keepFor(left);
      leased = true;
    } catch (IOException e) {
      if (leased) {
        getContext().getLog().warn("what keeps the dynos of this host cannot be reached", e);
      }
      leased = false;
    }
  }

  private void remember(DynoId over) {
    finished.add(over);
    if (finished.size() > MOST_FINISHED) {
      finished.removeFirst();
    }
  }

  private void carry(Carry carry) {
    DynoId dyno = carry.spec().id();
    if (finished.contains(dyno)) {
      return; // an order that was long on its way
    }
    ActorRef<ProcessActor.Command> process = processes.get(dyno);
    if (process != null) {
      process.tell(new ProcessActor.Carry(carry.order()));
      return;
    }
    RunningProcess running = adopted.remove(dyno);
    if (running != null) {
      surroundings.load().found(dyno, DynoSize.of(carry.spec()).memoryBytes());
      process(carry).tell(new ProcessActor.Adopt(running));
      carry(carry);
      return;
    }
    switch (carry.order()) {
      case DynoOrder.PrepareFiles(_, int generation) -> begin(carry, generation);
      case DynoOrder.StartProcess(_, int generation) -> {
        if (lost.contains(dyno) || carry.spec().attach()) { // attached: what was prepared is gone
          reportLost(carry, generation);
        } else {
          begin(carry, generation);
        }
      }
      case DynoOrder.AskHost(_, int generation) -> reportLost(carry, generation);
      case DynoOrder.SignalProcess(_, int generation, _) -> reportLost(carry, generation);
      case DynoOrder.ResizeTerminal _, DynoOrder.CloseAttach _, DynoOrder.DiscardFiles _ -> {}
    }
  }

  /** A process whose dyno was over before the node died. */
  private void discard(DynoId dyno) {
    RunningProcess process = adopted.remove(dyno);
    if (process != null) {
      surroundings.load().ended(dyno);
      Thread.ofVirtual()
          .start(
              () -> {
                try {
                  surroundings.runtime().discard(dyno);
                  process.close();
                } catch (IOException e) {
                  LoggerFactory.getLogger(HostAgent.class).warn("files of {} are left", dyno, e);
                }
              });
    }
  }

  /** Without a place that was kept for it, it is judged as if it asked for one now. */
  private void begin(Carry carry, int generation) {
    if (surroundings.load().begin(carry.spec().id(), DynoSize.of(carry.spec()).memoryBytes())) {
      process(carry).tell(new ProcessActor.Carry(carry.order()));
    } else {
      report(
          carry,
          new DynoCommand.ReportStartFailed(
              generation, "The place that was kept for it was taken by another"));
    }
  }

  private ActorRef<ProcessActor.Command> process(Carry carry) {
    DynoSpec spec = carry.spec();
    ActorRef<ProcessActor.Command> process =
        getContext()
            .spawn(
                ProcessActor.create(surroundings, spec, carry.config(), getContext().getSelf()),
                "process-" + spec.id());
    processes.put(spec.id(), process);
    getContext().watchWith(process, new Ended(spec.id()));
    return process;
  }

  private void reportLost(Carry carry, int generation) {
    DynoId dyno = carry.spec().id();
    String reason =
        lost.contains(dyno)
            ? "The keeper of the dyno ended, and the dyno with it"
            : "The node ended before the command was started";
    report(carry, new DynoCommand.ReportLost(generation, reason));
  }

  /** Until the app has taken it. */
  private void report(Carry carry, DynoCommand what) {
    DynoId dyno = carry.spec().id();
    var report = new AppSupervisor.Report(dyno, NOBODYS, what, getContext().getSelf());
    untaken.put(dyno, report);
    untakenOwners.put(dyno, carry.spec().app());
    surroundings.apps().tell(carry.spec().app(), report);
  }
}
