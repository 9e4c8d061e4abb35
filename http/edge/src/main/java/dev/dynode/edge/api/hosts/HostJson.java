package dev.dynode.edge.api.hosts;

import dev.dynode.engine.actor.KnownHosts;
import org.jspecify.annotations.Nullable;

/**
 * A host, as Dynode's own calls tell it.
 *
 * @param memoryReserved bytes that the sizes of its dynos promise them
 * @param memory most bytes it may promise; null: its memory does not count
 * @param rendezvous host and port at which clients attach to what runs there
 * @param filesLeft ended dynos whose files could not be removed yet; null: it does not tell
 */
public record HostJson(
    String name,
    int dynos,
    int capacity,
    long memoryReserved,
    @Nullable Long memory,
    String rendezvous,
    boolean draining,
    @Nullable Integer filesLeft) {

  public static HostJson of(KnownHosts.Told host) {
    return new HostJson(
        host.view().id().value(),
        host.view().dynos(),
        host.view().capacity(),
        host.view().reserved(),
        host.view().memory() == Long.MAX_VALUE ? null : host.view().memory(),
        host.rendezvous(),
        host.draining(),
        host.filesLeft().orElse(null));
  }
}
