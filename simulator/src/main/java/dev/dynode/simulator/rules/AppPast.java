package dev.dynode.simulator.rules;

import dev.dynode.domain.app.AppEvent;
import dev.dynode.domain.app.Tier;
import dev.dynode.domain.dyno.DynoSpec;
import dev.dynode.domain.id.AppId;
import dev.dynode.domain.id.DynoId;
import dev.dynode.domain.id.DynoName;
import dev.dynode.domain.id.ReleaseId;
import dev.dynode.domain.id.SlugId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.SequencedSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What has happened to one app, event by event. */
public final class AppPast {
  /** What was deployed; {@code stored} once its archive is there. */
  record Slug(Map<String, String> types, Optional<String> commit, @Nullable String stored) {}

  record Release(ReleaseId id, int version, @Nullable SlugId slug, Map<String, String> config) {}

  /** A dyno that was granted. */
  record Granted(DynoSpec spec, String by, Optional<String> key) {}

  final AppId id;
  final String owner;
  final String region;
  final String stack;
  final Instant created;
  Instant updated;
  String name;
  Tier tier;
  boolean maintenance;
  boolean deleted;
  final Map<String, String> config = new HashMap<>();
  final SequencedMap<SlugId, Slug> slugs = new LinkedHashMap<>();
  final SequencedSet<SlugId> removed = new LinkedHashSet<>();
  final List<Release> releases = new ArrayList<>();
  final SequencedMap<DynoId, Granted> running = new LinkedHashMap<>();
  final Map<DynoId, Granted> ended = new HashMap<>();

  AppPast(AppEvent.AppCreated event) {
    id = event.id();
    owner = event.by();
    region = event.region();
    stack = event.stack();
    created = event.at();
    updated = created;
    name = event.name();
    tier = event.tier();
  }

  private AppPast(AppPast other) {
    id = other.id;
    owner = other.owner;
    region = other.region;
    stack = other.stack;
    created = other.created;
    updated = other.updated;
    name = other.name;
    tier = other.tier;
    maintenance = other.maintenance;
    deleted = other.deleted;
    config.putAll(other.config);
    slugs.putAll(other.slugs);
    removed.addAll(other.removed);
    releases.addAll(other.releases);
    running.putAll(other.running);
    ended.putAll(other.ended);
  }

  /** The same at this moment. */
  AppPast copy() {
    return new AppPast(this);
  }

  /** Slugs it has or had. */
  public List<SlugId> slugs() {
    var all = new ArrayList<>(slugs.sequencedKeySet());
    all.addAll(removed);
    return all;
  }

  public List<ReleaseId> releases() {
    return releases.stream().map(Release::id).toList();
  }

  /** Whether a dyno takes a slot. */
  public boolean runs(DynoId dyno) {
    return running.containsKey(dyno);
  }

  /** Whether a dyno was granted. */
  public boolean knows(DynoId dyno) {
    return runs(dyno) || ended.containsKey(dyno);
  }

  Release current() {
    return releases.getLast();
  }

  /** Commands by process type, of the current release. */
  Map<String, String> types() {
    SlugId slug = current().slug();
    Slug known = slug == null ? null : slugs.get(slug);
    return known == null ? Map.of() : known.types();
  }

  @Nullable Granted ofKey(String key) {
    var all = new ArrayList<>(running.values());
    all.addAll(ended.values());
    return all.stream().filter(dyno -> dyno.key.equals(Optional.of(key))).findAny().orElse(null);
  }

  Set<DynoName> names() {
    var names = new HashSet<DynoName>();
    running.values().forEach(dyno -> names.add(dyno.spec.name()));
    ended.values().forEach(dyno -> names.add(dyno.spec.name()));
    return names;
  }

  /** Slugs of the current release and of dynos that run. */
  Set<SlugId> inUse() {
    var used = new HashSet<SlugId>();
    for (Release release : releases) {
      boolean runs =
          running.values().stream().anyMatch(dyno -> dyno.spec.releaseVersion() == release.version);
      if (release.slug != null && (runs || release.version == current().version)) {
        used.add(release.slug);
      }
    }
    return used;
  }

  /** Those nobody needs, oldest first; so many releases and unreleased slugs are kept. */
  List<SlugId> unneeded(int kept) {
    var released = new HashSet<SlugId>();
    var needed = inUse();
    for (int i = 0; i < releases.size(); i++) {
      SlugId slug = releases.get(i).slug;
      if (slug != null) {
        released.add(slug);
        if (i >= releases.size() - kept) {
          needed.add(slug);
        }
      }
    }
    var fresh = new ArrayList<SlugId>(slugs.sequencedKeySet());
    fresh.removeAll(released);
    Collections.reverse(fresh);
    fresh.stream().limit(kept).forEach(needed::add);
    return slugs.sequencedKeySet().stream().filter(slug -> !needed.contains(slug)).toList();
  }

  int needed(int kept) {
    return slugs.size() - unneeded(kept).size();
  }

  void add(AppEvent event) {
    switch (event) {
      case AppEvent.AppCreated _, AppEvent.DynoRefused _ -> {}
      case AppEvent.AppUpdated update -> {
        name = update.name().orElse(name);
        maintenance = update.maintenance().orElse(maintenance);
        tier = update.tier().orElse(tier);
        updated = event.at();
      }
      case AppEvent.ConfigVarsChanged change -> {
        config.putAll(change.set());
        change.removed().forEach(config::remove);
        updated = event.at();
      }
      case AppEvent.SlugCreated slug ->
          slugs.put(slug.id(), new Slug(slug.processTypes(), slug.commit(), null));
      case AppEvent.SlugStored stored ->
          slugs.computeIfPresent(
              stored.id(), (_, slug) -> new Slug(slug.types, slug.commit, stored.checksum()));
      case AppEvent.SlugRemoved gone -> {
        slugs.remove(gone.id());
        removed.add(gone.id());
      }
      case AppEvent.ReleaseCreated release -> {
        releases.add(
            new Release(
                release.id(), release.version(), release.slug().orElse(null), Map.copyOf(config)));
        updated = event.at();
      }
      case AppEvent.DynoRequested request ->
          running.put(
              request.spec().id(),
              new Granted(request.spec(), request.by(), request.idempotencyKey()));
      case AppEvent.DynoRetired retired -> {
        Granted was = running.remove(retired.id());
        if (was != null) {
          ended.put(retired.id(), was);
        }
      }
      case AppEvent.AppDeleted _ -> deleted = true;
    }
  }

  @Override
  public String toString() {
    return "%s (%s): %d run, %d ended, slugs %s, removed %s, releases %s"
        .formatted(name, tier, running.size(), ended.size(), slugs, removed, releases);
  }
}
