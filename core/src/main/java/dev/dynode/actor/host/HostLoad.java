package dev.dynode.actor.host;

import dev.dynode.domain.id.HostId;
import dev.dynode.domain.placement.HostView;
import dev.dynode.port.HostDirectory;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** How full this host is; the directory of an installation with one host. Thread-safe. */
public final class HostLoad implements HostDirectory {
  private final HostId id;
  private final int capacity;
  private final AtomicInteger dynos = new AtomicInteger();
  private final AtomicLong total = new AtomicLong();

  /**
   * @param capacity most dynos at the same time
   */
  public HostLoad(HostId id, int capacity) {
    this.id = id;
    this.capacity = capacity;
  }

  void began() {
    dynos.incrementAndGet();
    total.incrementAndGet();
  }

  void ended() {
    dynos.decrementAndGet();
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
    return List.of(new HostView(id, dynos.get(), capacity));
  }
}
