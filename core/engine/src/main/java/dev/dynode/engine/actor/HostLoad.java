package dev.dynode.engine.actor;

import dev.dynode.domain.host.HostState;
import dev.dynode.domain.host.HostView;
import dev.dynode.domain.id.DynoId;
import dev.dynode.domain.id.HostId;
import dev.dynode.port.HostDirectory;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntSupplier;
import java.util.function.UnaryOperator;
import org.apache.pekko.actor.typed.ActorRef;

/** How full this host is: {@link HostState} and who may look at it. Thread-safe. */
public final class HostLoad implements HostDirectory {
  private final InstantSource clock;
  private final Duration keeps;
  private final IntSupplier filesLeft;
  private final AtomicLong total = new AtomicLong();
  private volatile HostState state;

  /**
   * @param capacity most dynos at the same time
   * @param memory most bytes that their sizes may promise them
   * @param keeps how long a place is kept for a dyno that does not begin
   * @param filesLeft counts ended dynos whose files could not be removed yet
   */
  public HostLoad(
      HostId id,
      int capacity,
      long memory,
      Duration keeps,
      InstantSource clock,
      IntSupplier filesLeft) {
    this.clock = clock;
    this.keeps = keeps;
    this.filesLeft = filesLeft;
    state = HostState.empty(id, capacity, memory);
  }

  /** Whether a place is kept for a dyno now. */
  boolean reserve(DynoId dyno, int generation, long bytes) {
    return change(now -> now.reserve(dyno, generation, bytes, clock.instant(), keeps)).has(dyno);
  }

  /** A place is not needed, unless a dyno has begun in it. */
  void release(DynoId dyno, int generation) {
    change(now -> now.release(dyno, generation));
  }

  /** Whether a dyno that was not here may begin. */
  boolean begin(DynoId dyno, long bytes) {
    boolean begins = change(now -> now.begin(dyno, bytes, clock.instant())).has(dyno);
    if (begins) {
      total.incrementAndGet();
    }
    return begins;
  }

  /** A dyno that an earlier life began is here. */
  void found(DynoId dyno, long bytes) {
    if (!state.has(dyno)) {
      total.incrementAndGet();
    }
    change(now -> now.found(dyno, bytes));
  }

  void ended(DynoId dyno) {
    change(now -> now.free(dyno));
  }

  void drain(boolean on) {
    change(now -> now.drain(on));
  }

  private synchronized HostState change(UnaryOperator<HostState> how) {
    state = how.apply(state);
    return state;
  }

  /** Whether it takes no more dynos. */
  public boolean draining() {
    return state.draining();
  }

  /** Dynos here now, and those that places are kept for. */
  public int dynos() {
    return state.places().size();
  }

  /** Dynos that have been here in this life of the node. */
  public long total() {
    return total.get();
  }

  @Override
  public List<HostView> hosts() {
    HostState now = state;
    return now.draining() ? List.of() : List.of(now.view());
  }

  /** How it is now. */
  KnownHosts.Told told(ActorRef<HostAgent.Command> agent, String rendezvous) {
    HostState now = state;
    return new KnownHosts.Told(
        agent, rendezvous, now.view(), now.draining(), Optional.of(filesLeft.getAsInt()));
  }

  /** How full it is without this dyno. */
  HostView viewWithout(DynoId dyno) {
    return state.viewWithout(dyno);
  }

  /** How full it is now. */
  public HostView view() {
    return state.view();
  }
}
