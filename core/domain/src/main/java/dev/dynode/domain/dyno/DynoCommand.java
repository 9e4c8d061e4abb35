package dev.dynode.domain.dyno;

import dev.dynode.domain.dyno.DynoEvent.StopCause;
import dev.dynode.domain.id.HostId;
import dev.dynode.domain.placement.Grounds;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/** What somebody wants of a dyno, or tells it. {@code by} as in {@link DynoEvent}. */
public sealed interface DynoCommand {
  /** Come into being on this host. Repeating it changes nothing. */
  record Create(String by, DynoSpec spec, HostId host, Optional<Grounds> grounds)
      implements DynoCommand {
    public Create(String by, DynoSpec spec, HostId host) {
      this(by, spec, host, Optional.empty());
    }
  }

  /** Be launched on this host, where it has none. */
  record Place(String by, HostId host, Optional<Grounds> grounds) implements DynoCommand {}

  /** A client has shown the dyno's token. */
  record Attach(String by, String from, Optional<UUID> connection) implements DynoCommand {
    public Attach(String by, String from) {
      this(by, from, Optional.empty());
    }
  }

  record Resize(String by, int columns, int rows) implements DynoCommand {}

  record Stop(String by, StopCause cause) implements DynoCommand {}

  /** A timer that was armed is due; late, early and repeated ones are harmless. */
  record TimerDue(DynoTimer timer) implements DynoCommand {}

  /** The host has the files ready. */
  record ReportPrepared(int generation) implements DynoCommand {}

  record ReportStarted(int generation, long pid) implements DynoCommand {}

  record ReportStartFailed(int generation, String reason) implements DynoCommand {}

  /** The client's connection is gone while the process still runs. */
  record ReportDetached(int generation) implements DynoCommand {}

  /** No byte has moved since then. */
  record ReportIdle(int generation, Instant lastByte) implements DynoCommand {}

  /** What it uses, where that {@link Usage#matters}. */
  record ReportUsage(int generation, Usage usage) implements DynoCommand {}

  record ReportExited(int generation, int status) implements DynoCommand {}

  /** The host knows nothing of this launch any more. */
  record ReportLost(int generation, String reason) implements DynoCommand {}
}
