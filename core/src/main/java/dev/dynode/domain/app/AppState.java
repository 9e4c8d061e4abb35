package dev.dynode.domain.app;

import dev.dynode.domain.dyno.DynoEvent.Ending;
import dev.dynode.domain.dyno.DynoSpec;
import dev.dynode.domain.id.AppId;
import dev.dynode.domain.id.DynoId;
import dev.dynode.domain.id.ReleaseId;
import dev.dynode.domain.id.SlugId;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** What an app is, by its events so far. Immutable. */
public sealed interface AppState {

  /** No event yet. */
  record Absent() implements AppState {}

  /**
   * An app.
   *
   * @param releases oldest first; never empty
   * @param removedSlugs the last slugs that were removed, oldest first
   * @param roster dynos that take a slot, in order of request
   * @param finished the last dynos that ended, in order of end
   * @param names of the dynos of these two
   * @param deletedAt when it was deleted; its dynos may still be ending
   */
  record App(
      AppId id,
      String name,
      String owner,
      Tier tier,
      String region,
      String stack,
      boolean maintenance,
      Instant createdAt,
      Instant updatedAt,
      Map<String, String> config,
      Map<SlugId, Slug> slugs,
      List<SlugId> removedSlugs,
      List<Release> releases,
      Map<DynoId, Requested> roster,
      Map<DynoId, Finished> finished,
      Names names,
      Optional<Instant> deletedAt)
      implements AppState {

    /** How many finished dynos an app remembers by itself; all stay in the journal. */
    public static final int FINISHED_KEPT = 1_000;

    /** How many removed slugs an app remembers: those that a crash may have left on disk. */
    static final int REMOVED_KEPT = 1_000;

    /** The release new dynos run. */
    public Release currentRelease() {
      return releases.getLast();
    }

    /**
     * What is asked for most: without the dynos that have ended, and the config of former releases.
     */
    public App brief() {
      List<Release> known =
          releases.stream()
              .map(r -> r.version() == currentRelease().version() ? r : r.withoutConfig())
              .toList();
      return new App(
          id,
          name,
          owner,
          tier,
          region,
          stack,
          maintenance,
          createdAt,
          updatedAt,
          config,
          slugs,
          removedSlugs,
          known,
          roster,
          Map.of(),
          names,
          deletedAt);
    }

    /** Declared process types of the current release and their commands. */
    public Map<String, String> processTypes() {
      return currentRelease()
          .slug()
          .flatMap(id -> Optional.ofNullable(slugs.get(id)))
          .map(Slug::processTypes)
          .orElse(Map.of());
    }

    /** The release of this version. */
    public Optional<Release> release(int version) {
      return releases.stream().filter(release -> release.version() == version).findAny();
    }

    /** Whether it has given up a slug that it had. */
    public boolean hasRemoved(SlugId slug) {
      return !slugs.containsKey(slug)
          && (removedSlugs.contains(slug)
              || releases.stream().anyMatch(release -> release.slug().equals(Optional.of(slug))));
    }

    /** Whether there is a release of this id. */
    boolean hasRelease(ReleaseId id) {
      return releases.stream().anyMatch(release -> release.id().equals(id));
    }

    /** A live or finished dyno by id or name; of several finished ones of a name, the latest. */
    public Optional<DynoId> dyno(String identity) {
      return named(identity, roster.values().stream().map(Requested::spec))
          .or(() -> named(identity, finished.values().stream().map(Finished::spec)));
    }

    private static Optional<DynoId> named(String identity, Stream<DynoSpec> dynos) {
      return dynos
          .filter(
              spec ->
                  spec.id().toString().equals(identity) || spec.name().toString().equals(identity))
          .map(DynoSpec::id)
          .reduce((_, later) -> later);
    }

    /** Those that count against the limit of dynos of this size. */
    public List<Requested> counted(DynoSize size) {
      return roster.values().stream()
          .filter(dyno -> DynoSize.of(dyno.spec()).family() == size.family())
          .toList();
    }

    /** The dyno an earlier call with this key was answered with. */
    public Optional<DynoSpec> dynoOfKey(String key) {
      Optional<String> wanted = Optional.of(key);
      return roster.values().stream()
          .filter(r -> r.idempotencyKey().equals(wanted))
          .map(Requested::spec)
          .findAny()
          .or(
              () ->
                  finished.values().stream()
                      .filter(f -> f.idempotencyKey().equals(wanted))
                      .map(Finished::spec)
                      .findAny());
    }
  }

  /** A slug; {@code stored} once its archive is safe. */
  record Slug(
      SlugId id,
      Map<String, String> processTypes,
      Optional<String> checksum,
      Optional<String> commit,
      Optional<String> commitDescription,
      Optional<String> buildpackDescription,
      String stack,
      Instant createdAt,
      Optional<Stored> stored) {}

  /** An archive in the slug store. */
  record Stored(long bytes, String checksum, Instant at) {}

  /** Code and config of one moment. */
  record Release(
      ReleaseId id,
      int version,
      Optional<SlugId> slug,
      String description,
      String by,
      Instant at,
      Map<String, String> config) {
    private Release withoutConfig() {
      return new Release(id, version, slug, description, by, at, Map.of());
    }
  }

  /** A dyno that takes a slot. */
  record Requested(DynoSpec spec, String by, Instant at, Optional<String> idempotencyKey) {}

  /** A dyno that ended. */
  record Finished(
      DynoSpec spec,
      String by,
      Instant requestedAt,
      Instant endedAt,
      Ending ending,
      Optional<Integer> status,
      Optional<String> idempotencyKey) {}
}
