package dev.dynode.domain.app;

import dev.dynode.domain.Refusal;
import dev.dynode.domain.dyno.DynoEvent.Ending;
import dev.dynode.domain.id.AppId;
import dev.dynode.domain.id.DynoId;
import dev.dynode.domain.id.ReleaseId;
import dev.dynode.domain.id.SlugId;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * What somebody wants of an app. Repeating a command changes nothing, for an answer may be lost.
 * {@code by}: the email of the account that asks.
 */
public sealed interface AppCommand {
  String by();

  record CreateApp(
      String by, AppId id, ReleaseId release, String name, Tier tier, String region, String stack)
      implements AppCommand {}

  /** Absent fields stay. */
  record UpdateApp(
      String by, Optional<String> name, Optional<Boolean> maintenance, Optional<Tier> tier)
      implements AppCommand {}

  /** Empty values remove. */
  record SetConfig(String by, ReleaseId release, Map<String, Optional<String>> vars)
      implements AppCommand {}

  record CreateSlug(
      String by,
      SlugId id,
      Map<String, String> processTypes,
      Optional<String> checksum,
      Optional<String> commit,
      Optional<String> commitDescription,
      Optional<String> buildpackDescription,
      String stack)
      implements AppCommand {}

  /** The slug's archive is safely stored. */
  record ReportSlugStored(String by, SlugId id, long bytes, String checksum)
      implements AppCommand {}

  /** Give up a slug that neither the current release nor a dyno that takes a slot has. */
  record RemoveSlug(String by, SlugId id) implements AppCommand {}

  record CreateRelease(String by, ReleaseId release, SlugId slug, Optional<String> description)
      implements AppCommand {}

  record RollBack(String by, ReleaseId release, ReleaseId target) implements AppCommand {}

  /**
   * Run a one-off dyno.
   *
   * @param dice a random number; the dyno's number is made of it
   * @param type process type of the name, {@code run} unless asked otherwise
   * @param terminal whether a pseudo-terminal is wanted (only attached dynos get one)
   */
  record RunDyno(
      String by,
      DynoId id,
      int dice,
      String command,
      String type,
      Optional<String> size,
      boolean attach,
      boolean terminal,
      Map<String, String> env,
      Optional<Duration> timeToLive,
      Optional<String> idempotencyKey)
      implements AppCommand {}

  /** The same where no host can take it: refused for that, unless it is refused anyway. */
  record RunNowhere(RunDyno run, Refusal why) implements AppCommand {
    @Override
    public String by() {
      return run.by();
    }
  }

  /** It was refused for this. */
  record RefuseDyno(RunDyno run, Refusal why) implements AppCommand {
    @Override
    public String by() {
      return run.by();
    }
  }

  /** The dyno's story is over. */
  record RetireDyno(String by, DynoId id, Ending ending, Optional<Integer> status, Instant endedAt)
      implements AppCommand {}

  record DeleteApp(String by) implements AppCommand {}
}
