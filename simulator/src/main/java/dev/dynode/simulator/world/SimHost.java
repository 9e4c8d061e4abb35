package dev.dynode.simulator.world;

import dev.dynode.domain.dyno.DynoCommand;
import dev.dynode.domain.dyno.DynoOrder;
import dev.dynode.domain.dyno.DynoOrder.StopSignal;
import dev.dynode.domain.dyno.DynoSize;
import dev.dynode.domain.dyno.DynoSpec;
import dev.dynode.domain.dyno.Usage;
import dev.dynode.domain.host.HostState;
import dev.dynode.domain.host.HostView;
import dev.dynode.domain.id.DynoId;
import dev.dynode.domain.id.HostId;
import dev.dynode.simulator.load.Behaviour;
import dev.dynode.simulator.load.Distribution;
import dev.dynode.simulator.time.Dice;
import dev.dynode.simulator.time.EventQueue;
import dev.dynode.simulator.time.VirtualClock;
import dev.dynode.simulator.world.SimDyno.Launch;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A host in virtual time: starts, signals and ends processes, and reports what becomes of them. */
public final class SimHost implements Party {
  private static final String FORGOTTEN = "The host knows nothing of it.";
  private static final String TAKEN = "The place that was kept for it was taken by another";
  private static final int HUNG_UP = 128 + 1;
  private static final int TERMINATED = 128 + 15;
  private static final int KILLED = 128 + 9;
  private static final double NANOS = 1e9;

  /** How long a place is kept, as {@code dynode.host.keep-place}. */
  private static final Duration KEPT = Duration.ofSeconds(30);

  /** Between a signal and the end of what obeys it. */
  private static final long OBEYS = 10_000_000;

  /** Between two readings of what a dyno above its quota uses. */
  private static final long READING = 20_000_000_000L;

  private final EventQueue queue;
  private final Dice dice;
  private final Distribution start;
  private final Network network;
  private final VirtualClock clock;
  private final Control control;
  private final List<SimDyno> dynos = new ArrayList<>();
  private HostState state;
  private HostView view;

  public final HostId id;

  /** Its place in the order of all ids. */
  public int rank;

  /** Where it stands among those with room; below 0 if it has none. */
  public int place = -1;

  private boolean up = true;

  /** When it is looked whether places were kept in vain, if any is kept. */
  private EventQueue.@Nullable Entry look;

  /** What hears of a host. */
  public interface Control {
    /** A report, once the network delivers it. */
    void reported(SimHost host, SimDyno dyno, DynoCommand report);

    /** It has more room or less. */
    void changed(SimHost host);
  }

  /**
   * @param memory most bytes that the sizes of its dynos may promise them
   * @param clock what its own shows
   * @param start seconds from the order until a command runs
   */
  public SimHost(
      HostId id,
      int capacity,
      long memory,
      EventQueue queue,
      VirtualClock clock,
      Dice dice,
      Distribution start,
      Network network,
      Control control) {
    this.id = id;
    state = HostState.empty(id, capacity, memory);
    view = state.view();
    this.queue = queue;
    this.clock = clock;
    this.dice = dice;
    this.start = start;
    this.network = network;
    this.control = control;
  }

  private Instant clock() {
    return clock.at(queue.now());
  }

  /** As placement sees it. */
  public HostView view() {
    return view;
  }

  /** The same without this dyno. */
  public HostView viewWithout(DynoId dyno) {
    return state.has(dyno) ? state.viewWithout(dyno) : view;
  }

  /** Between it and the control plane. */
  public Network network() {
    return network;
  }

  public boolean up() {
    return up;
  }

  /** Dynos that take room here. */
  public List<SimDyno> dynos() {
    return dynos;
  }

  /** Whether it keeps a place for this launch of a dyno. */
  public boolean reserve(DynoId dyno, int generation, long bytes) {
    become(state.reserve(dyno, generation, bytes, clock(), KEPT));
    return state.has(dyno);
  }

  private void look() {
    look = null;
    become(state.at(clock()));
  }

  /** The place is not needed. */
  public void release(DynoId dyno, int generation) {
    become(state.release(dyno, generation));
  }

  private void become(HostState next) {
    state = next;
    if (state.reserved().isEmpty()) {
      if (look != null) {
        look.cancel();
        look = null;
      }
    } else if (look == null) {
      look = queue.in(KEPT.toNanos(), this::look);
    }
    HostView now = next.view();
    if (!now.equals(view)) {
      view = now;
      control.changed(this);
    }
  }

  /** Whether a dyno is here, or may begin in the place that is kept for it or another. */
  private boolean admits(SimDyno dyno, DynoSpec spec) {
    if (dyno.host != null) {
      return dyno.host.equals(this);
    }
    become(state.begin(dyno.id, DynoSize.of(spec).memoryBytes(), clock()));
    if (!state.has(dyno.id)) {
      return false;
    }
    dyno.host = this;
    dyno.seat = dynos.size();
    dynos.add(dyno);
    return true;
  }

  private void discard(SimDyno dyno) {
    if (dyno.host == null || !dyno.host.equals(this)) {
      return;
    }
    forget(dyno);
    SimDyno last = dynos.removeLast();
    if (!last.equals(dyno)) {
      dynos.set(dyno.seat, last);
      last.seat = dyno.seat;
    }
    dyno.host = null;
    become(state.free(dyno.id));
  }

  /** A dyno is over, says its app: nothing of it is needed. */
  public void dismiss(DynoId dyno) {
    if (up) {
      dynos.stream().filter(known -> known.id.equals(dyno)).findAny().ifPresent(this::discard);
      become(state.release(dyno, Integer.MAX_VALUE));
    }
  }

  /** Everything on it ends without a word. */
  public void crash() {
    up = false;
    dynos.forEach(
        dyno -> {
          forget(dyno);
          dyno.host = null;
        });
    dynos.clear();
    state = HostState.empty(id, state.capacity(), state.memory());
    view = state.view();
    control.changed(this);
  }

  public void restart() {
    up = true;
    control.changed(this);
  }

  private void forget(SimDyno dyno) {
    Launch launch = dyno.launch;
    if (launch != null && launch.exit != null) {
      launch.exit.cancel();
    }
    dyno.launch = null;
    dyno.prepared = false;
  }

  /** Carries out an order that came over the network. */
  public void carry(SimDyno dyno, DynoSpec spec, DynoOrder.ForHost order) {
    if (!up) {
      return;
    }
    switch (order) {
      case DynoOrder.PrepareFiles(_, int generation) -> {
        if (dyno.started >= generation) { // over, and this was long on its way
          answer(dyno, generation);
        } else if (admits(dyno, spec)) {
          dyno.prepared = true;
          tell(dyno, new DynoCommand.ReportPrepared(generation));
        } else {
          tell(dyno, new DynoCommand.ReportStartFailed(generation, TAKEN));
        }
      }
      case DynoOrder.StartProcess(_, int generation) -> start(dyno, spec, generation);
      case DynoOrder.AskHost(_, int generation) -> answer(dyno, generation);
      case DynoOrder.SignalProcess(_, int generation, StopSignal signal) -> {
        Launch launch = dyno.launch;
        if (launch == null || launch.generation != generation) {
          tell(dyno, new DynoCommand.ReportLost(generation, FORGOTTEN));
        } else {
          signal(dyno, launch, signal);
        }
      }
      case DynoOrder.DiscardFiles(_, int generation) -> {
        dyno.started = Math.max(dyno.started, generation);
        discard(dyno);
      }
      case DynoOrder.CloseAttach _, DynoOrder.ResizeTerminal _ -> {}
    }
  }

  private void answer(SimDyno dyno, int generation) {
    Launch launch = dyno.launch;
    if (launch == null || launch.generation != generation) {
      tell(dyno, new DynoCommand.ReportLost(generation, FORGOTTEN));
    } else {
      tell(
          dyno,
          launch.ended
              ? new DynoCommand.ReportExited(generation, launch.status)
              : new DynoCommand.ReportStarted(generation, 1));
    }
  }

  private void start(SimDyno dyno, DynoSpec spec, int generation) {
    if (dyno.started >= generation) { // once a generation, whatever the network repeats
      answer(dyno, generation);
      return;
    }
    if (spec.attach() && !dyno.prepared) {
      tell(dyno, new DynoCommand.ReportLost(generation, FORGOTTEN));
      return;
    }
    if (!admits(dyno, spec)) {
      tell(dyno, new DynoCommand.ReportStartFailed(generation, TAKEN));
      return;
    }
    dyno.started = generation;
    Behaviour behaviour = dyno.request.behaviour();
    if (behaviour.startFails()) {
      tell(dyno, new DynoCommand.ReportStartFailed(generation, "no such file"));
      return;
    }
    var launch = new Launch(generation);
    dyno.launch = launch;
    launch.exit = queue.in((long) (start.draw(dice) * NANOS), () -> started(dyno, spec, launch));
  }

  private void started(SimDyno dyno, DynoSpec spec, Launch launch) {
    tell(dyno, new DynoCommand.ReportStarted(launch.generation, 1));
    Behaviour behaviour = dyno.request.behaviour();
    launch.exit = null;
    if (behaviour.runs() != Behaviour.NEVER) {
      end(dyno, launch, behaviour.runs(), behaviour.status());
    }
    if (behaviour.memory() > 0) {
      long quota = DynoSize.of(spec).memoryBytes();
      if (behaviour.memory() > quota) {
        long exceeds = (long) ((double) behaviour.grows() * quota / behaviour.memory()) + 1;
        queue.in(exceeds, () -> read(dyno, launch, exceeds));
      }
    }
  }

  /** Tells what a dyno uses, again and again. */
  private void read(SimDyno dyno, Launch launch, long after) {
    if (launch.ended || dyno.launch != launch) {
      return;
    }
    Behaviour behaviour = dyno.request.behaviour();
    double grown = behaviour.grows() <= 0 ? 1 : Math.min(1, (double) after / behaviour.grows());
    long used = (long) Math.ceil(behaviour.memory() * grown);
    tell(dyno, new DynoCommand.ReportUsage(launch.generation, new Usage(used, used, 0, 0, 0, 1)));
    queue.in(READING, () -> read(dyno, launch, after + READING));
  }

  private void signal(SimDyno dyno, Launch launch, StopSignal signal) {
    Behaviour behaviour = dyno.request.behaviour();
    switch (signal) {
      case HANGUP -> {
        if (!behaviour.trapsHangup()) {
          end(dyno, launch, OBEYS, HUNG_UP);
        }
      }
      case TERMINATE -> {
        if (!behaviour.trapsTerminate()) {
          end(dyno, launch, OBEYS, TERMINATED);
        }
      }
      case KILL -> end(dyno, launch, 0, KILLED);
    }
  }

  private void end(SimDyno dyno, Launch launch, long after, int status) {
    if (launch.ended) {
      return;
    }
    if (launch.exit != null) {
      launch.exit.cancel();
    }
    launch.exit =
        queue.in(
            after,
            () -> {
              launch.ended = true;
              launch.status = status;
              tell(dyno, new DynoCommand.ReportExited(launch.generation, status));
            });
  }

  private void tell(SimDyno dyno, DynoCommand command) {
    network.send(() -> control.reported(this, dyno, command));
  }
}
