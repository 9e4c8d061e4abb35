package dev.dynode.simulator.rules;

import static dev.dynode.simulator.rules.Saying.same;

import dev.dynode.domain.app.AppEvent;
import dev.dynode.domain.app.AppState;
import dev.dynode.domain.app.AppState.App;
import dev.dynode.simulator.run.Invariants.Broken;
import java.util.List;
import java.util.Optional;

/** What an app must be after its events. */
final class AppShape {
  private AppShape() {}

  static void check(AppPast past, AppEvent event, AppState state) {
    if (!(state instanceof App app)) {
      throw new Broken("nothing is left of " + past);
    }
    same("id", app.id(), past.id);
    same("region", app.region(), past.region);
    same("stack", app.stack(), past.stack);
    same("owner", app.owner(), past.owner);
    same("name", app.name(), past.name);
    same("tier", app.tier(), past.tier);
    same("maintenance", app.maintenance(), past.maintenance);
    same("created", app.createdAt(), past.created);
    same("updated", app.updatedAt(), past.updated);
    same("deleted", app.deletedAt().isPresent(), past.deleted);
    same("config", app.config(), past.config);
    same("slugs", List.copyOf(app.slugs().keySet()), List.copyOf(past.slugs.keySet()));
    same("removed", app.removedSlugs(), List.copyOf(past.removed));
    same("roster", List.copyOf(app.roster().keySet()), List.copyOf(past.running.keySet()));
    switch (event) {
      case AppEvent.AppDeleted deleted ->
          same("deleted", app.deletedAt(), Optional.of(deleted.at()));
      case AppEvent.DynoRequested(var at, var by, var spec, var key, _) ->
          same("granted", app.roster().get(spec.id()), new AppState.Requested(spec, by, at, key));
      case AppEvent.SlugStored stored -> {
        AppState.Slug slug = app.slugs().get(stored.id());
        same(
            "stored",
            slug == null ? null : slug.stored(),
            Optional.of(new AppState.Stored(stored.bytes(), stored.checksum(), stored.at())));
      }
      case AppEvent.SlugCreated slug ->
          same(
              "slug",
              app.slugs().get(slug.id()),
              new AppState.Slug(
                  slug.id(),
                  slug.processTypes(),
                  slug.checksum(),
                  slug.commit(),
                  slug.commitDescription(),
                  slug.buildpackDescription(),
                  slug.stack(),
                  slug.at(),
                  Optional.empty()));
      case AppEvent.ReleaseCreated release -> {
        same("releases", app.releases().size(), past.releases.size());
        same(
            "release",
            app.currentRelease(),
            new AppState.Release(
                release.id(),
                release.version(),
                release.slug(),
                release.description(),
                release.by(),
                release.at(),
                past.config));
        same("process types", app.processTypes(), past.types());
      }
      default -> {}
    }
  }
}
