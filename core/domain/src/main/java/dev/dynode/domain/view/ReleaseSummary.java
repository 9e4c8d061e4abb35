package dev.dynode.domain.view;

import dev.dynode.domain.app.AppState.Release;
import dev.dynode.domain.id.ReleaseId;
import dev.dynode.domain.id.SlugId;
import java.time.Instant;
import java.util.Optional;

/** A release without its config vars. */
public record ReleaseSummary(
    ReleaseId id, int version, Optional<SlugId> slug, String description, String by, Instant at) {

  public static ReleaseSummary of(Release release) {
    return new ReleaseSummary(
        release.id(),
        release.version(),
        release.slug(),
        release.description(),
        release.by(),
        release.at());
  }
}
