package dev.dynode.actor.host;

import dev.dynode.domain.id.HostId;
import dev.dynode.domain.placement.HostView;
import dev.dynode.port.HostDirectory;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntSupplier;
import org.apache.pekko.actor.typed.ActorRef;

/** How full this host is. Thread-safe. */
public final class HostLoad implements HostDirectory {
  private final HostId id;
  private final int capacity;
  private final long memory;
  private final IntSupplier filesLeft;
  private final AtomicInteger dynos = new AtomicInteger();
  private final AtomicLong reserved = new AtomicLong();
  private final AtomicLong total = new AtomicLong();
  private volatile boolean draining;

  /**
   * @param capacity most dynos at the same time
   * @param memory most bytes that their sizes may promise them
   * @param filesLeft counts ended dynos whose files could not be removed yet
   */
  public HostLoad(HostId id, int capacity, long memory, IntSupplier filesLeft) {
    this.id = id;
    this.capacity = capacity;
    this.memory = memory;
    this.filesLeft = filesLeft;
  }

  void began(long bytes) {
    dynos.incrementAndGet();
    reserved.addAndGet(bytes);
    total.incrementAndGet();
  }

  void ended(long bytes) {
    dynos.decrementAndGet();
    reserved.addAndGet(-bytes);
  }

  void drain(boolean on) {
    draining = on;
  }

  /** Whether it takes no more dynos. */
  public boolean draining() {
    return draining;
  }

  /** Dynos here now. */
  public int dynos() {
    return dynos.get();
  }

  /** Dynos that have ever been here in this life of the node. */
  public long total() {
    return total.get();
  }

  @Override
  public List<HostView> hosts() {
    return draining ? List.of() : List.of(view());
  }

  /** How it is now. */
  KnownHosts.Told told(ActorRef<HostAgent.Command> agent, String rendezvous) {
    return new KnownHosts.Told(
        agent, rendezvous, view(), draining, Optional.of(filesLeft.getAsInt()));
  }

  /** How full it is now. */
  public HostView view() {
    return new HostView(id, dynos.get(), capacity, reserved.get(), memory);
  }
}
