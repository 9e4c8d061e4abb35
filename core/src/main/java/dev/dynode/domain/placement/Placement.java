package dev.dynode.domain.placement;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Which host runs a dyno: the emptiest that has room. */
public final class Placement {
  private Placement() {}

  public static Optional<HostView> choose(List<HostView> hosts) {
    return hosts.stream()
        .filter(host -> host.dynos() < host.capacity())
        .min(
            Comparator.comparingDouble((HostView host) -> (double) host.dynos() / host.capacity())
                .thenComparing(host -> host.id().value()));
  }
}
