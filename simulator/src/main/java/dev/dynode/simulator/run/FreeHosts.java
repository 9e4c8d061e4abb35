package dev.dynode.simulator.run;

import dev.dynode.domain.placement.Placement;
import dev.dynode.simulator.world.SimHost;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Hosts that have room, the best on top: a heap in which each knows its place. What they are
 * compared by stands beside them in the heap, so that none but the one that changed is read.
 */
final class FreeHosts {
  private final Placement placement;
  private final SimHost[] heap;
  private final double[] scores;

  /** Places in the order of the hosts' ids, which decides where scores are the same. */
  private final int[] ranks;

  private int size;

  /**
   * @param placement names the best
   */
  FreeHosts(Placement placement, List<SimHost> hosts) {
    this.placement = placement;
    heap = new SimHost[hosts.size()];
    scores = new double[hosts.size()];
    ranks = new int[hosts.size()];
    List<SimHost> byId =
        hosts.stream().sorted(Comparator.comparing(host -> host.id.value())).toList();
    for (int rank = 0; rank < byId.size(); rank++) {
      byId.get(rank).rank = rank;
    }
    hosts.forEach(this::changed);
  }

  Optional<SimHost> best() {
    return size == 0 ? Optional.empty() : Optional.of(heap[0]);
  }

  /** A host came up, went down, or has more or less room. */
  void changed(SimHost host) {
    boolean roomy = host.up() && host.view().hasRoom();
    if (roomy) {
      int place = host.place < 0 ? size++ : host.place;
      move(host, place, placement.score(host.view()));
    } else if (host.place >= 0) {
      int hole = host.place;
      host.place = -1;
      size--;
      if (hole != size) {
        move(heap[size], hole, scores[size]);
      }
    }
  }

  /** A host of this score fills this place, or one above or below. */
  private void move(SimHost host, int from, double score) {
    int place = from;
    while (place > 0 && better(score, host.rank, (place - 1) / 2)) {
      lift((place - 1) / 2, place);
      place = (place - 1) / 2;
    }
    for (int child = 2 * place + 1; child < size; child = 2 * place + 1) {
      if (child + 1 < size && better(scores[child + 1], ranks[child + 1], child)) {
        child++;
      }
      if (better(score, host.rank, child)) {
        break;
      }
      lift(child, place);
      place = child;
    }
    put(host, place, score);
  }

  private void lift(int from, int to) {
    put(heap[from], to, scores[from]);
  }

  private void put(SimHost host, int place, double score) {
    heap[place] = host;
    scores[place] = score;
    ranks[place] = host.rank;
    host.place = place;
  }

  /** Whether a host of this score and rank is better than the one at a place. */
  private boolean better(double score, int rank, int than) {
    int order = Double.compare(score, scores[than]);
    return order < 0 || (order == 0 && rank < ranks[than]);
  }
}
