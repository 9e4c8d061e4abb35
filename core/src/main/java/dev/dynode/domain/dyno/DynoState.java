package dev.dynode.domain.dyno;

import dev.dynode.domain.dyno.DynoEvent.Ending;
import dev.dynode.domain.id.HostId;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** What a dyno is, by its events so far. Immutable. */
public sealed interface DynoState {

  /** No event yet. */
  record Absent() implements DynoState {}

  /**
   * Between {@code Created} and {@code Retired}.
   *
   * @param host where it was placed; none before that
   * @param up whether {@code BecameUp} has happened
   * @param client the connection of the client that is attached now
   * @param hangups SIGHUPs sent since the client left
   * @param deadlines what is due when, if nothing else happens before
   * @param changedAt last change of the public state
   * @param why the ending that was set in motion, if any
   * @param strain what it was told about taking too much
   */
  record Live(
      DynoSpec spec,
      Phase phase,
      int generation,
      Optional<HostId> host,
      boolean up,
      Optional<UUID> client,
      int hangups,
      Map<DynoTimer, Instant> deadlines,
      Instant createdAt,
      Instant changedAt,
      Optional<Instant> startedAt,
      Optional<Ending> why,
      Optional<Integer> status,
      Strain strain)
      implements DynoState {

    /** Whether its host was ordered something that has not been seen to happen. */
    public boolean awaitsHost() {
      return switch (phase) {
        case AWAITING -> !up;
        case STARTING, STOPPING -> true;
        case CREATED, RUNNING, EXITED -> false;
      };
    }

    Live in(Phase next) {
      return new Live(
          spec,
          next,
          generation,
          host,
          up,
          client,
          hangups,
          deadlines,
          createdAt,
          changedAt,
          startedAt,
          why,
          status,
          strain);
    }

    Live placed(int generation, HostId host) {
      return new Live(
          spec,
          phase,
          generation,
          Optional.of(host),
          up,
          client,
          hangups,
          deadlines,
          createdAt,
          changedAt,
          startedAt,
          why,
          status,
          strain);
    }

    /** As before its first launch; the life it may have goes on. */
    Live unplaced() {
      return new Live(
              spec,
              Phase.CREATED,
              generation,
              Optional.empty(),
              false,
              Optional.empty(),
              0,
              deadlines,
              createdAt,
              changedAt,
              Optional.empty(),
              Optional.empty(),
              Optional.empty(),
              Strain.NONE)
          .notDue(DynoTimer.ATTACH)
          .notDue(DynoTimer.HANGUP);
    }

    Live becameUp(Instant at) {
      return new Live(
          spec,
          phase,
          generation,
          host,
          true,
          client,
          hangups,
          deadlines,
          createdAt,
          at,
          startedAt,
          why,
          status,
          strain);
    }

    Live started(Instant at) {
      return new Live(
          spec,
          phase,
          generation,
          host,
          up,
          client,
          hangups,
          deadlines,
          createdAt,
          changedAt,
          Optional.of(at),
          why,
          status,
          strain);
    }

    Live withClient(Optional<UUID> attached) {
      return new Live(
          spec,
          phase,
          generation,
          host,
          up,
          attached,
          hangups,
          deadlines,
          createdAt,
          changedAt,
          startedAt,
          why,
          status,
          strain);
    }

    Live hungUp(int times) {
      return new Live(
          spec,
          phase,
          generation,
          host,
          up,
          client,
          times,
          deadlines,
          createdAt,
          changedAt,
          startedAt,
          why,
          status,
          strain);
    }

    Live because(Optional<Ending> ending) {
      return new Live(
          spec,
          phase,
          generation,
          host,
          up,
          client,
          hangups,
          deadlines,
          createdAt,
          changedAt,
          startedAt,
          ending,
          status,
          strain);
    }

    Live under(Strain next) {
      return new Live(
          spec,
          phase,
          generation,
          host,
          up,
          client,
          hangups,
          deadlines,
          createdAt,
          changedAt,
          startedAt,
          why,
          status,
          next);
    }

    Live exited(Optional<Integer> status) {
      return new Live(
          spec,
          Phase.EXITED,
          generation,
          host,
          up,
          client,
          hangups,
          Map.of(),
          createdAt,
          changedAt,
          startedAt,
          why,
          status,
          strain);
    }

    Live due(DynoTimer timer, Instant at) {
      var next = new EnumMap<DynoTimer, Instant>(DynoTimer.class);
      next.putAll(deadlines);
      next.put(timer, at);
      return withDeadlines(next);
    }

    Live notDue(DynoTimer timer) {
      var next = new EnumMap<DynoTimer, Instant>(DynoTimer.class);
      next.putAll(deadlines);
      next.remove(timer);
      return withDeadlines(next);
    }

    private Live withDeadlines(Map<DynoTimer, Instant> next) {
      return new Live(
          spec,
          phase,
          generation,
          host,
          up,
          client,
          hangups,
          Map.copyOf(next),
          createdAt,
          changedAt,
          startedAt,
          why,
          status,
          strain);
    }

    /** Where it was placed. */
    HostId onHost() {
      return host.orElseThrow(() -> new IllegalStateException(spec.name() + " has no host"));
    }
  }

  /** The story is over; it never comes back. */
  record Retired(
      DynoSpec spec,
      int generation,
      Optional<HostId> host,
      Instant createdAt,
      Optional<Instant> startedAt,
      Instant endedAt,
      Ending ending,
      Optional<Integer> status)
      implements DynoState {}

  /** Where a live dyno stands. */
  enum Phase {
    /** Not placed yet. */
    CREATED,
    /** Placed; an attached command waits for its client. */
    AWAITING,
    /** The command was ordered to start. */
    STARTING,
    /** The command runs. */
    RUNNING,
    /** SIGTERM was sent. */
    STOPPING,
    /** Nothing of it runs any more. */
    EXITED
  }
}
