package dev.dynode.serialization;

import dev.dynode.domain.id.AppId;
import dev.dynode.domain.id.DynoId;
import dev.dynode.domain.id.DynoName;
import dev.dynode.domain.id.HostId;
import dev.dynode.domain.id.ReleaseId;
import dev.dynode.domain.id.SlugId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** Events of every shape the domain uses. */
sealed interface SampleEvent {
  enum Reason {
    OPERATOR,
    IDLE
  }

  enum Only {
    ONE
  }

  record Everything(
      DynoId dyno,
      AppId app,
      ReleaseId release,
      SlugId slug,
      HostId host,
      DynoName name,
      Instant at,
      Duration grace,
      Reason reason,
      Only only,
      Optional<String> command,
      Optional<DynoName> previous,
      OptionalInt status,
      List<DynoName> names,
      Set<HostId> hosts,
      Map<DynoName, DynoId> roster,
      Map<String, String> config,
      boolean attached,
      long generation)
      implements SampleEvent {
    public boolean isTerminal() {
      return true;
    }

    public String getNonsense() {
      return "computed";
    }
  }

  record Empty() implements SampleEvent {}

  record One(DynoId dyno) implements SampleEvent {}

  /** What an old {@link Newer} looked like. */
  record Older(String name, int dropped) implements SampleEvent {}

  record Newer(
      String name,
      Optional<Instant> since,
      List<String> list,
      Set<DynoName> set,
      Map<String, String> map,
      int count)
      implements SampleEvent {}
}
