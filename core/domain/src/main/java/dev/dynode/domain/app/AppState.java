package dev.dynode.domain.app;

import dev.dynode.domain.dyno.DynoSize;
import dev.dynode.domain.dyno.DynoSpec;
import dev.dynode.domain.id.AppId;
import dev.dynode.domain.id.DynoId;
import dev.dynode.domain.id.DynoName;
import dev.dynode.domain.id.ReleaseId;
import dev.dynode.domain.id.SlugId;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
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
   * @param finished what is remembered of the last dynos that ended, in order of end
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
      Map<DynoId, Granted> finished,
      Names names,
      Optional<Instant> deletedAt)
      implements AppState {

    /**
     * Of how many finished dynos the rules remember the name and the key. Another number would give
     * other names to dynos of old histories, which verify would tell as wrong.
     */
    public static final int FINISHED_KEPT = 1_000;

    /** How many removed slugs an app remembers: those that a crash may have left on disk. */
    static final int REMOVED_KEPT = 1_000;

    /** Whether it was deleted, and its last dyno has ended too. */
    public boolean over() {
      return deletedAt.isPresent() && roster.isEmpty();
    }

    /** The release new dynos run. */
    public Release currentRelease() {
      return releases.getLast();
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
      return named(
              identity, roster.values().stream().map(Requested::spec), DynoSpec::id, DynoSpec::name)
          .or(() -> named(identity, finished.values().stream(), Granted::id, Granted::name));
    }

    private static <T> Optional<DynoId> named(
        String identity, Stream<T> dynos, Function<T, DynoId> id, Function<T, DynoName> name) {
      return dynos
          .filter(
              dyno ->
                  id.apply(dyno).toString().equals(identity)
                      || name.apply(dyno).toString().equals(identity))
          .map(id)
          .reduce((_, later) -> later);
    }

    /** Those that count against the limit of dynos of this size. */
    public List<Requested> counted(DynoSize size) {
      return roster.values().stream()
          .filter(dyno -> DynoSize.of(dyno.spec()).family() == size.family())
          .toList();
    }

    /** The dyno that whoever asks for this has been granted. */
    public DynoId grantedTo(AppCommand.RunDyno run) {
      return roster.containsKey(run.id())
          ? run.id()
          : run.idempotencyKey().flatMap(this::dynoOfKey).map(Granted::id).orElse(run.id());
    }

    /** The dyno an earlier call with this key was answered with. */
    public Optional<Granted> dynoOfKey(String key) {
      return Stream.concat(
              roster.values().stream()
                  .filter(one -> one.idempotencyKey().filter(key::equals).isPresent())
                  .map(Granted::of),
              finished.values().stream())
          .filter(one -> one.keyed().filter(keyed -> keyed.key().equals(key)).isPresent())
          .findFirst();
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
      Map<String, String> config) {}

  /** A dyno that takes a slot. */
  record Requested(DynoSpec spec, String by, Instant at, Optional<String> idempotencyKey) {}
}
