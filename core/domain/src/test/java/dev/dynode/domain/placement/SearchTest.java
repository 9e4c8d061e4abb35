package dev.dynode.domain.placement;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.dynode.domain.Shortage;
import dev.dynode.domain.host.HostView;
import dev.dynode.domain.id.HostId;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("unit")
class SearchTest {
  private static HostView host(String id, int dynos, int capacity) {
    return new HostView(new HostId(id), dynos, capacity);
  }

  private static Optional<HostId> id(String id) {
    return Optional.of(new HostId(id));
  }

  @Test
  void thoseWithRoomAreAskedFirstAndTheOthersToo() {
    Search search =
        Search.of(
            Placement.SPREAD, 0, List.of(host("full", 9, 9), host("b", 5, 9), host("c", 1, 9)), 0);
    assertEquals(id("c"), search.next());
    search = search.refused(host("c", 9, 9), false);
    assertEquals(id("b"), search.next());
    search = search.silent();
    assertEquals(id("full"), search.next(), "it may have room by now");
    search = search.refused(host("full", 9, 9), false);
    assertEquals(id("b"), search.next(), "it is asked again");
    assertEquals(
        Optional.of(new Shortage(2, 0, 1, 0, Long.MAX_VALUE)), search.refusal().shortage());
    search = search.refused(host("b", 9, 9), false);
    assertEquals(Optional.empty(), search.next());
    assertEquals(
        Optional.of(new Shortage(3, 0, 0, 0, Long.MAX_VALUE)), search.refusal().shortage());
  }

  @Test
  void whatHostsAnsweredIsToldNotWhatWasHeardOfThem() {
    Search search = Search.of(Placement.SPREAD, 0, List.of(host("a", 0, 9)), 0);
    assertEquals(
        new Shortage(0, 1, 0, 0, 0).refusal(), search.refused(host("a", 0, 9), true).refusal());
    assertEquals(
        new Shortage(0, 0, 0, 0, 0).refusal(),
        Search.of(Placement.PACK, 0, List.of(), 0).refusal());
  }
}
