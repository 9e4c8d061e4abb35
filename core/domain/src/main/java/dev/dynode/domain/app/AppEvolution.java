package dev.dynode.domain.app;

import dev.dynode.domain.app.AppState.App;
import dev.dynode.domain.app.AppState.Release;
import dev.dynode.domain.app.AppState.Requested;
import dev.dynode.domain.app.AppState.Slug;
import dev.dynode.domain.app.AppState.Stored;
import dev.dynode.domain.id.DynoId;
import dev.dynode.domain.id.SlugId;
import dev.dynode.domain.trie.TrieMap;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What an event means for an app. */
final class AppEvolution {
  private AppEvolution() {}

  static AppState evolve(AppState state, AppEvent event) {
    if (event
        instanceof
        AppEvent.AppCreated(
            Instant at,
            String by,
            var id,
            var name,
            var tier,
            var region,
            var stack)) {
      return new App(
          id,
          name,
          by,
          tier,
          region,
          stack,
          false,
          at,
          at,
          Map.of(),
          Map.of(),
          List.of(),
          List.of(),
          Map.of(),
          Map.of(),
          Names.none(),
          Optional.empty());
    }
    if (!(state instanceof App app)) {
      throw new IllegalStateException(event + " cannot follow " + state);
    }
    var next = new Draft(app);
    switch (event) {
      case AppEvent.AppCreated _ -> throw new AssertionError("handled above");
      case AppEvent.AppUpdated(Instant at, _, var name, var maintenance, var tier) -> {
        next.name = name.orElse(app.name());
        next.maintenance = maintenance.orElse(app.maintenance());
        next.tier = tier.orElse(app.tier());
        next.updatedAt = at;
      }
      case AppEvent.ConfigVarsChanged(Instant at, _, var set, var removed) -> {
        var config = new HashMap<>(app.config());
        config.putAll(set);
        config.keySet().removeAll(removed);
        next.config = Map.copyOf(config);
        next.updatedAt = at;
      }
      case AppEvent.SlugCreated created ->
          next.slugs =
              with(
                  app.slugs(),
                  created.id(),
                  new Slug(
                      created.id(),
                      Collections.unmodifiableMap(new LinkedHashMap<>(created.processTypes())),
                      created.checksum(),
                      created.commit(),
                      created.commitDescription(),
                      created.buildpackDescription(),
                      created.stack(),
                      created.at(),
                      Optional.empty()));
      case AppEvent.SlugStored(Instant at, _, SlugId id, long bytes, String checksum) -> {
        Slug slug = app.slugs().get(id);
        if (slug == null) {
          throw new IllegalStateException("no slug " + id);
        }
        next.slugs =
            with(
                app.slugs(),
                id,
                new Slug(
                    id,
                    slug.processTypes(),
                    slug.checksum(),
                    slug.commit(),
                    slug.commitDescription(),
                    slug.buildpackDescription(),
                    slug.stack(),
                    slug.createdAt(),
                    Optional.of(new Stored(bytes, checksum, at))));
      }
      case AppEvent.SlugRemoved(_, _, SlugId id) -> {
        next.slugs = TrieMap.of(app.slugs()).minus(id);
        var removed = new ArrayList<>(app.removedSlugs());
        removed.add(id);
        next.removedSlugs =
            List.copyOf(
                removed.subList(Math.max(0, removed.size() - App.REMOVED_KEPT), removed.size()));
      }
      case AppEvent.ReleaseCreated(
              Instant at,
              String by,
              var id,
              int version,
              var slug,
              String description,
              _) -> {
        var releases = new ArrayList<>(app.releases());
        releases.add(new Release(id, version, slug, description, by, at, app.config()));
        next.releases = List.copyOf(releases);
        next.updatedAt = at;
      }
      case AppEvent.DynoRequested(Instant at, String by, var spec, var key, _) -> {
        next.roster = with(app.roster(), spec.id(), new Requested(spec, by, at, key));
        next.names = app.names().with(spec.name(), spec.id());
      }
      case AppEvent.DynoRefused _ -> {}
      case AppEvent.DynoRetired(_, _, DynoId id, _, _) -> {
        Requested requested = app.roster().get(id);
        if (requested == null) {
          throw new IllegalStateException("dyno " + id + " is not in the roster");
        }
        next.roster = TrieMap.of(app.roster()).minus(id);
        Recent finished = Recent.of(app.finished()).with(Granted.of(requested));
        if (finished.size() > App.FINISHED_KEPT) {
          Granted oldest = finished.first();
          finished = finished.withoutFirst();
          next.names = app.names().without(oldest.name(), oldest.id());
        }
        next.finished = finished;
      }
      case AppEvent.AppDeleted(Instant at, _) -> next.deletedAt = Optional.of(at);
    }
    return next.done();
  }

  private static <K, V> Map<K, V> with(Map<K, V> map, K key, V value) {
    return TrieMap.of(map).plus(key, value);
  }

  /** The fields an event may change. */
  private static final class Draft {
    private final App app;
    private String name;
    private Tier tier;
    private boolean maintenance;
    private Instant updatedAt;
    private Map<String, String> config;
    private Map<SlugId, Slug> slugs;
    private List<SlugId> removedSlugs;
    private List<Release> releases;
    private Map<DynoId, Requested> roster;
    private Map<DynoId, Granted> finished;
    private Names names;
    private Optional<Instant> deletedAt;

    Draft(App app) {
      this.app = app;
      name = app.name();
      tier = app.tier();
      maintenance = app.maintenance();
      updatedAt = app.updatedAt();
      config = app.config();
      slugs = app.slugs();
      removedSlugs = app.removedSlugs();
      releases = app.releases();
      roster = app.roster();
      finished = app.finished();
      names = app.names();
      deletedAt = app.deletedAt();
    }

    App done() {
      return new App(
          app.id(),
          name,
          app.owner(),
          tier,
          app.region(),
          app.stack(),
          maintenance,
          app.createdAt(),
          updatedAt,
          config,
          slugs,
          removedSlugs,
          releases,
          roster,
          finished,
          names,
          deletedAt);
    }
  }
}
