package dev.dynode.simulator.rules;

import dev.dynode.domain.dyno.DynoEvent;
import dev.dynode.domain.dyno.DynoEvent.Ending;
import dev.dynode.domain.dyno.DynoPolicy;
import dev.dynode.domain.dyno.DynoSpec;
import dev.dynode.domain.dyno.DynoTimer;
import dev.dynode.domain.id.HostId;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What has happened to one dyno, event by event. */
final class DynoPast {
  /** For a client whose connection has no number. */
  static final UUID UNTOLD = new UUID(0, 0);

  final DynoSpec spec;
  final Instant created;
  final Map<DynoTimer, Instant> due = new EnumMap<>(DynoTimer.class);
  int generation;
  @Nullable HostId host;
  boolean up;
  Instant changed;
  boolean startOrdered;
  @Nullable Instant started;
  @Nullable UUID client;
  int hangups;
  boolean stopping;
  boolean killed;
  @Nullable Ending why;
  @Nullable Instant memoryTold;
  @Nullable Instant processesTold;
  long hits;
  boolean over;
  @Nullable Integer status;
  DynoEvent.@Nullable Retired end;

  DynoPast(DynoEvent.Created event) {
    spec = event.spec();
    created = event.at();
    changed = created;
    due.put(DynoTimer.LIFE, created.plus(life()));
  }

  DynoPolicy times() {
    return spec.policy();
  }

  /** 24 hours, or what was asked for if that is less. */
  Duration life() {
    Duration asked = spec.timeToLive().orElse(times().life());
    return asked.compareTo(times().life()) < 0 ? asked : times().life();
  }

  boolean awaitsClient() {
    return spec.attach() && !startOrdered;
  }

  void add(DynoEvent event) {
    Instant at = event.at();
    switch (event) {
      case DynoEvent.Placed placed -> {
        generation = placed.generation();
        host = placed.host();
        startOrdered = !spec.attach();
      }
      case DynoEvent.BecameUp _ -> {
        up = true;
        changed = at;
        if (awaitsClient()) {
          due.put(DynoTimer.ATTACH, at.plusSeconds(30));
        }
      }
      case DynoEvent.ClientAttached attached -> {
        client = attached.connection().orElse(UNTOLD);
        startOrdered = true;
        due.remove(DynoTimer.ATTACH);
      }
      case DynoEvent.Started _ -> started = at;
      case DynoEvent.ClientDetached _, DynoEvent.IdleTimedOut _ -> client = null;
      case DynoEvent.HangupSent sent -> {
        hangups = sent.times();
        why = Ending.HUNG_UP;
        due.put(DynoTimer.HANGUP, at.plusSeconds(5));
      }
      case DynoEvent.HangupIgnored _ -> {
        why = null;
        due.remove(DynoTimer.HANGUP);
      }
      case DynoEvent.StopRequested _ -> why = Ending.STOPPED;
      case DynoEvent.Cycled _ -> why = Ending.CYCLED;
      case DynoEvent.TerminateSent _ -> {
        ends();
        due.put(DynoTimer.GRACE, at.plusSeconds(30));
      }
      case DynoEvent.QuotaExceeded _ -> {
        if (!stopping) {
          why = Ending.QUOTA_EXCEEDED;
          ends();
        }
      }
      case DynoEvent.ExitTimedOut _ -> due.remove(DynoTimer.GRACE);
      case DynoEvent.KillSent _ -> {
        killed = true;
        due.remove(DynoTimer.GRACE);
      }
      case DynoEvent.AttachFailed _ -> due.remove(DynoTimer.ATTACH);
      case DynoEvent.MemoryExceeded _ -> memoryTold = at;
      case DynoEvent.ProcessLimitHit hit -> {
        processesTold = at;
        hits = hit.hits();
      }
      case DynoEvent.Exited exited -> {
        status = exited.status();
        runsNoMore();
      }
      case DynoEvent.Lost _ -> runsNoMore();
      case DynoEvent.Retired retired -> end = retired;
      case DynoEvent.Created _, DynoEvent.StartFailed _, DynoEvent.WindowResized _ -> {}
    }
  }

  private void ends() {
    stopping = true;
    due.remove(DynoTimer.LIFE);
    due.remove(DynoTimer.HANGUP);
  }

  private void runsNoMore() {
    over = true;
    due.clear();
  }

  @Override
  public String toString() {
    return "%s: placed %s, up %s, start ordered %s, started %s, client %s, %d SIGHUPs, stopping %s, due %s"
        .formatted(spec.name(), host, up, startOrdered, started, client, hangups, stopping, due);
  }
}
