package dev.dynode.simulator.world;

import dev.dynode.domain.dyno.DynoSpec;
import dev.dynode.domain.dyno.DynoState;
import dev.dynode.domain.dyno.DynoTimer;
import dev.dynode.domain.id.DynoId;
import dev.dynode.simulator.load.Request;
import dev.dynode.simulator.time.EventQueue;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One dyno: what the control plane knows of it, and what runs. */
public final class SimDyno implements Party {
  public final DynoId id;
  public final SimApp app;
  public final Request request;

  /** Told when it is granted. */
  public final Consumer<SimDyno> granted;

  /** What its events so far mean. */
  public DynoState state;

  /** What runs of it; null before its start and after its end. */
  @Nullable Launch launch;

  /** The last generation its host has started: kept on disk, for good. */
  int started;

  /** Whether its host, in this life, has made its files ready for a client. */
  boolean prepared;

  /** Whether it was asked for, and its app has not recorded its end. */
  public boolean known;

  /** Whether the control plane, in this life, looks after it. */
  public boolean launched;

  /** Until when a host has time to answer whether it keeps a place. */
  public EventQueue.@Nullable Entry patience;

  /** Where it takes room; null before it begins there and after its files are gone. */
  @Nullable SimHost host;

  /** For the figures: when it was up, in nanoseconds; below 0: not yet. */
  public long up = -1;

  /** For the invariants: the kinds of events it has had. */
  public long marks;

  /** For the invariants: the first of its deadlines, if it has any. */
  public @Nullable Instant due;

  /** For the invariants: the kind of an event whose order has not been given yet. */
  public @Nullable Class<?> owes;

  /** Its place among the dynos of its host. */
  int seat;

  private final Map<DynoTimer, EventQueue.Entry> timers = new EnumMap<>(DynoTimer.class);

  public SimDyno(
      DynoId id, SimApp app, Request request, DynoState state, Consumer<SimDyno> granted) {
    this.id = id;
    this.app = app;
    this.request = request;
    this.state = state;
    this.granted = granted;
  }

  /** What was asked for, once it is created. */
  public DynoSpec spec() {
    return switch (state) {
      case DynoState.Live live -> live.spec();
      case DynoState.Retired retired -> retired.spec();
      case DynoState.Absent _ -> throw new IllegalStateException("no dyno " + id);
    };
  }

  /** A timer is armed, in place of the former one. */
  public void arm(DynoTimer timer, EventQueue.Entry entry) {
    EventQueue.Entry former = timers.put(timer, entry);
    if (former != null) {
      former.cancel();
    }
  }

  public void disarm(DynoTimer timer) {
    EventQueue.Entry armed = timers.remove(timer);
    if (armed != null) {
      armed.cancel();
    }
  }

  public @Nullable SimHost host() {
    return host;
  }

  /** Whether a command of it runs now. */
  public boolean running() {
    return launch != null && !launch.ended;
  }

  /** As when the node that keeps them in memory is killed. */
  public void disarmAll() {
    timers.values().forEach(EventQueue.Entry::cancel);
    timers.clear();
  }

  /** A command that runs, or has ended and is not forgotten yet. */
  static final class Launch {
    final int generation;
    EventQueue.@Nullable Entry exit;
    boolean ended;
    int status;

    Launch(int generation) {
      this.generation = generation;
    }
  }
}
