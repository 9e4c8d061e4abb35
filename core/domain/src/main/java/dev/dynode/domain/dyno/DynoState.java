package dev.dynode.domain.dyno;

import dev.dynode.domain.dyno.DynoEvent.Ending;
import dev.dynode.domain.id.HostId;
import java.time.Instant;
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
      Deadlines deadlines,
      Instant createdAt,
      Instant changedAt,
      Optional<Instant> startedAt,
      Optional<Ending> why,
      Optional<Integer> status,
      QuotaRule strain)
      implements DynoState {

    /** Whether its host was ordered something that has not been seen to happen. */
    public boolean awaitsHost() {
      return switch (phase) {
        case AWAITING -> !up;
        case STARTING, STOPPING -> true;
        case CREATED, RUNNING, EXITED -> false;
      };
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
