package dev.dynode.domain.placement;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dynode.domain.Refusal;
import dev.dynode.domain.Shortage;
import dev.dynode.domain.host.HostView;
import dev.dynode.domain.id.HostId;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What is said where no host can take a dyno. */
@Tag("unit")
class PlacementTest {
  private static final HostView FULL = new HostView(new HostId("h"), 5, 5, 10 << 20, 100 << 20);

  private static Refusal refusal(List<HostView> hosts, int draining, long bytes) {
    Refusal refusal = Shortage.of(hosts, draining, 0, bytes).refusal();
    assertEquals(Refusal.Reason.NO_ROOM, refusal.reason());
    return refusal;
  }

  @Test
  void noneFullDrainingAndTooSmallAreToldApart() {
    Refusal none = refusal(List.of(), 0, 0);
    assertTrue(none.message().startsWith("No host is connected"), none.message());
    assertEquals("no_host", none.details().get("id"));
    assertTrue(refusal(List.of(), 2, 0).message().startsWith("Every host is draining"));
    String full = refusal(List.of(FULL), 1, 0).message();
    assertTrue(full.startsWith("No host has room"), full);
    assertEquals(full, refusal(List.of(FULL), 0, 100L << 20).message());
    String silent = Shortage.of(List.of(FULL), 1, 3, 0).refusal().message();
    assertTrue(silent.startsWith("3 of the hosts did not answer"), silent);
    String small = refusal(List.of(FULL), 0, 200L << 20).message();
    assertTrue(small.contains("200 MiB") && small.contains("100 MiB"), small);
  }
}
