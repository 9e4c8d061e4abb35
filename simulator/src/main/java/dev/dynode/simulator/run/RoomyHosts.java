package dev.dynode.simulator.run;

import dev.dynode.domain.placement.HostView;
import dev.dynode.simulator.world.SimHost;
import java.util.Comparator;
import java.util.Optional;

/** Hosts that have room, the best on top: a heap in which each knows its place. */
final class RoomyHosts {
  private final Comparator<HostView> order;
  private final SimHost[] heap;
  private int size;

  /**
   * @param order of the placement policy, the best first
   */
  RoomyHosts(Comparator<HostView> order, int most) {
    this.order = order;
    heap = new SimHost[most];
  }

  Optional<SimHost> best() {
    return size == 0 ? Optional.empty() : Optional.of(heap[0]);
  }

  /** A host came up, went down, or has more or less room. */
  void changed(SimHost host) {
    boolean roomy = host.up() && host.view().hasRoom();
    if (roomy && host.place < 0) {
      put(host, size++);
      rise(host);
    } else if (roomy) {
      rise(host);
      sink(host);
    } else if (host.place >= 0) {
      int hole = host.place;
      host.place = -1;
      SimHost last = heap[--size];
      if (!last.equals(host)) {
        put(last, hole);
        rise(last);
        sink(last);
      }
    }
  }

  private void put(SimHost host, int place) {
    heap[place] = host;
    host.place = place;
  }

  private boolean better(SimHost a, SimHost b) {
    return order.compare(a.view(), b.view()) < 0;
  }

  private void rise(SimHost host) {
    int place = host.place;
    while (place > 0 && better(host, heap[(place - 1) / 2])) {
      put(heap[(place - 1) / 2], place);
      place = (place - 1) / 2;
    }
    put(host, place);
  }

  private void sink(SimHost host) {
    int place = host.place;
    while (2 * place + 1 < size) {
      int child = 2 * place + 1;
      if (child + 1 < size && better(heap[child + 1], heap[child])) {
        child++;
      }
      if (!better(heap[child], host)) {
        break;
      }
      put(heap[child], place);
      place = child;
    }
    put(host, place);
  }
}
