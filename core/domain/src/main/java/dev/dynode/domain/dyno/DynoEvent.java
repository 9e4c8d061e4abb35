package dev.dynode.domain.dyno;

import dev.dynode.domain.id.HostId;
import dev.dynode.domain.placement.Grounds;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * What happens in a dyno's life. Journaled for ever: a released event is never renamed, moved or
 * given another meaning.
 *
 * <p>{@code at}: when it was decided. {@code by}: who caused it, an account's email or {@code
 * dynode}. {@code generation}: which launch of the dyno it is about, from 1; 0 before the first.
 */
public sealed interface DynoEvent {
  Instant at();

  String by();

  int generation();

  /** The dyno exists: what it shall be is settled. */
  record Created(Instant at, String by, int generation, DynoSpec spec) implements DynoEvent {}

  /** A host was chosen for the next launch; older events do not tell on what grounds. */
  record Placed(Instant at, String by, int generation, HostId host, Optional<Grounds> grounds)
      implements DynoEvent {}

  /** Ready: a detached command runs, or an attached one awaits its client. */
  record BecameUp(Instant at, String by, int generation) implements DynoEvent {}

  /** A client presented the token; from now on no other can. */
  record ClientAttached(
      Instant at, String by, int generation, String from, Optional<UUID> connection)
      implements DynoEvent {}

  /** The command runs. */
  record Started(Instant at, String by, int generation, long pid) implements DynoEvent {}

  /** The command could not be started. */
  record StartFailed(Instant at, String by, int generation, String reason) implements DynoEvent {}

  /** The terminal got another size. */
  record WindowResized(Instant at, String by, int generation, int columns, int rows)
      implements DynoEvent {}

  /** The client closed or lost its connection. */
  record ClientDetached(Instant at, String by, int generation) implements DynoEvent {}

  /** No byte in either direction since {@code lastByte}: the connection is closed. */
  record IdleTimedOut(Instant at, String by, int generation, Instant lastByte)
      implements DynoEvent {}

  /** SIGHUP to every process, for the n-th time. */
  record HangupSent(Instant at, String by, int generation, int times) implements DynoEvent {}

  /** R16: the SIGHUPs were ignored; the command goes on without a client. */
  record HangupIgnored(Instant at, String by, int generation) implements DynoEvent {}

  /** Somebody wants it to end. */
  record StopRequested(Instant at, String by, int generation, StopCause cause)
      implements DynoEvent {}

  /** The longest life a one-off dyno can have is over. */
  record Cycled(Instant at, String by, int generation) implements DynoEvent {}

  /** SIGTERM to every process. */
  record TerminateSent(Instant at, String by, int generation) implements DynoEvent {}

  /** R12: still running when the grace after SIGTERM was over. */
  record ExitTimedOut(Instant at, String by, int generation) implements DynoEvent {}

  /** SIGKILL to every process. */
  record KillSent(Instant at, String by, int generation) implements DynoEvent {}

  /** R14: above its memory quota; it runs on. Both in bytes. */
  record MemoryExceeded(Instant at, String by, int generation, long used, long quota)
      implements DynoEvent {}

  /** R15, or too much on disk: it is killed for that. Both in bytes. */
  record QuotaExceeded(
      Instant at, String by, int generation, Resource resource, long used, long quota)
      implements DynoEvent {}

  /**
   * It was refused another process or thread, {@code hits} times so far; it runs on with the most
   * it may have.
   */
  record ProcessLimitHit(Instant at, String by, int generation, int processes, long hits)
      implements DynoEvent {}

  /** R13: no client came in time. */
  record AttachFailed(Instant at, String by, int generation) implements DynoEvent {}

  /** Nothing of the dyno runs any more; code, or 128 + signal. */
  record Exited(Instant at, String by, int generation, int status) implements DynoEvent {}

  /** Its host or node ended under it; how the command ended is not known. */
  record Lost(Instant at, String by, int generation, String reason) implements DynoEvent {}

  /** The end of the story; its files are thrown away. */
  record Retired(Instant at, String by, int generation, Ending ending, Optional<Integer> status)
      implements DynoEvent {}

  /** What a dyno can take too much of. */
  enum Resource {
    MEMORY,
    DISK
  }

  /** Who or what wants a dyno to end. */
  enum StopCause {
    USER,
    TIME_TO_LIVE,
    APP_DELETED,
    NODE_SHUTDOWN
  }

  /** How a dyno's story ended. */
  enum Ending {
    /** By itself, with whatever status. */
    EXITED,
    /** Somebody stopped it. */
    STOPPED,
    /** It reached the longest life. */
    CYCLED,
    /** Its client left or idled and it obeyed SIGHUP. */
    HUNG_UP,
    /** No client came (R13). */
    NOT_ATTACHED,
    /** It was killed for its memory or disk (R15). */
    QUOTA_EXCEEDED,
    /** It could not be started. */
    NOT_STARTED,
    /** Its node ended under it. */
    LOST
  }
}
