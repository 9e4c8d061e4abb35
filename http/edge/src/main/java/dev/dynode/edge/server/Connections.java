package dev.dynode.edge.server;

import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Who is connected to a server. It is never full for a newcomer: the one that is worth least and
 * has been silent for longest goes, of the newcomer's own address if that has its share. Only those
 * that are just being answered to a good token are never ended for another. Thread-safe.
 */
final class Connections {
  private static final Comparator<Connection> LEAST =
      Comparator.comparingInt(Connection::worth)
          .thenComparing((a, b) -> Long.signum(a.since() - b.since())); // nanoTime may overflow

  private static final int ANSWERING_A_TOKEN = 3;

  private final ConnectionLimits limits;
  private final Set<Connection> all = new LinkedHashSet<>();

  Connections(ConnectionLimits limits) {
    this.limits = limits;
  }

  /**
   * Lets a newcomer in.
   *
   * @return who is to be cut for it: nobody, another, or itself where all others are worth more
   */
  Optional<Connection> arrive(Connection newcomer) {
    synchronized (all) {
      Predicate<Connection> mine = other -> other.from().equals(newcomer.from());
      Optional<Connection> leaver =
          all.stream().filter(mine).count() >= limits.mostPerAddress()
              ? least(newcomer, mine)
              : all.size() >= limits.most() ? least(newcomer, _ -> true) : Optional.empty();
      leaver.ifPresent(all::remove);
      if (!leaver.equals(Optional.of(newcomer))) {
        all.add(newcomer);
      }
      return leaver;
    }
  }

  private Optional<Connection> least(Connection newcomer, Predicate<Connection> among) {
    return Optional.of(
        all.stream()
            .filter(among)
            .min(LEAST)
            .filter(other -> other.worth() < ANSWERING_A_TOKEN)
            .orElse(newcomer));
  }

  void leave(Connection connection) {
    synchronized (all) {
      all.remove(connection);
    }
  }

  List<Connection> all() {
    synchronized (all) {
      return List.copyOf(all);
    }
  }

  /** Ends those that have used up their time. */
  void look(long now) {
    all().forEach(connection -> connection.look(limits, now));
  }
}
