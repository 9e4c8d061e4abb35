package dev.dynode.domain.dyno;

import dev.dynode.domain.dyno.DynoEvent.Resource;
import dev.dynode.domain.dyno.DynoState.Live;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a dyno was told about taking too much (Heroku's article "Error Codes", R14 and R15). Above
 * its memory quota it runs on and is told so again and again; from twice the quota on it is killed,
 * as it is when it keeps more on disk than it may.
 *
 * @param memory last report of R14
 * @param processes last report of its process limit
 * @param hits of that limit that were reported
 */
record QuotaRule(Optional<Instant> memory, Optional<Instant> processes, long hits) {
  static final QuotaRule NONE = new QuotaRule(Optional.empty(), Optional.empty(), 0);

  /** Heroku's samples repeat R14 about every 20 seconds. */
  private static final Duration REPEAT = Duration.ofSeconds(20);

  private static final int VASTLY = 2;

  /** What follows from a reading. */
  static List<DynoEvent> judge(Live live, Usage usage, Instant now) {
    QuotaRule strain = live.strain();
    int generation = live.generation();
    long quota = quota(live.spec());
    long vast = Math.multiplyExact(quota, VASTLY);
    if (usage.oomKills() > 0 || usage.residentBytes() >= vast) { // killed: it was at the hard limit
      return killed(
          live,
          new DynoEvent.QuotaExceeded(
              now,
              DynoDecider.SYSTEM,
              generation,
              Resource.MEMORY,
              Math.max(usage.residentBytes(), vast),
              quota));
    }
    if (usage.diskBytes() > usage.diskQuotaBytes()) {
      return killed(
          live,
          new DynoEvent.QuotaExceeded(
              now,
              DynoDecider.SYSTEM,
              generation,
              Resource.DISK,
              usage.diskBytes(),
              usage.diskQuotaBytes()));
    }
    List<DynoEvent> events = new ArrayList<>();
    if (usage.memoryBytes() > quota && due(strain.memory, now)) {
      events.add(
          new DynoEvent.MemoryExceeded(
              now, DynoDecider.SYSTEM, generation, usage.memoryBytes(), quota));
    }
    if (usage.processLimitHits() > strain.hits && due(strain.processes, now)) {
      events.add(
          new DynoEvent.ProcessLimitHit(
              now,
              DynoDecider.SYSTEM,
              generation,
              DynoSize.of(live.spec()).processes(),
              usage.processLimitHits()));
    }
    return events;
  }

  private static List<DynoEvent> killed(Live live, DynoEvent cause) {
    return List.of(
        cause, new DynoEvent.KillSent(cause.at(), DynoDecider.SYSTEM, live.generation()));
  }

  private static boolean due(Optional<Instant> last, Instant now) {
    return last.map(then -> !now.isBefore(then.plus(REPEAT))).orElse(true);
  }

  /** Memory a dyno may use, in bytes. */
  static long quota(DynoSpec spec) {
    return DynoSize.of(spec).memoryBytes();
  }

  QuotaRule toldMemory(Instant at) {
    return new QuotaRule(Optional.of(at), processes, hits);
  }

  QuotaRule toldProcesses(Instant at, long hits) {
    return new QuotaRule(memory, Optional.of(at), hits);
  }
}
