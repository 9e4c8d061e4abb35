package dev.dynode.domain.app;

import dev.dynode.domain.app.AppState.App;
import dev.dynode.domain.app.AppState.Release;
import dev.dynode.domain.id.SlugId;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Which slugs of an app are still needed: those of the last releases, to roll back to; those of
 * dynos that take a slot, whose files they are; and the newest that no release has had, for they
 * may be about to be released.
 *
 * @param inUse of the current release and of dynos
 * @param unneeded those that the app still has, oldest first
 */
record SlugsNeeded(Set<SlugId> inUse, List<SlugId> unneeded) {

  /**
   * @param window how many releases, and how many slugs without one, are kept
   */
  static SlugsNeeded of(App app, int window) {
    Set<SlugId> inUse = inUse(app);
    List<Release> releases = app.releases();
    var released = new HashSet<SlugId>();
    releases.forEach(release -> release.slug().ifPresent(released::add));
    var needed = new HashSet<>(inUse);
    last(releases, window).forEach(release -> release.slug().ifPresent(needed::add));
    List<SlugId> others =
        app.slugs().keySet().stream().filter(slug -> !released.contains(slug)).toList();
    needed.addAll(last(others, window));
    return new SlugsNeeded(
        inUse, app.slugs().keySet().stream().filter(slug -> !needed.contains(slug)).toList());
  }

  private static <T> List<T> last(List<T> all, int count) {
    return all.subList(Math.max(0, all.size() - count), all.size());
  }

  private static Set<SlugId> inUse(App app) {
    var versions = new HashSet<>(Set.of(app.currentRelease().version()));
    app.roster().values().forEach(dyno -> versions.add(dyno.spec().releaseVersion()));
    return app.releases().stream()
        .filter(release -> versions.contains(release.version()))
        .flatMap(release -> release.slug().stream())
        .collect(Collectors.toSet());
  }
}
