package dev.dynode.domain.view;

import dev.dynode.domain.app.AppState.Slug;
import dev.dynode.domain.id.AppId;
import dev.dynode.domain.id.SlugId;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * A slug.
 *
 * @param stored its archive, once that is safe
 */
public record SlugView(
    AppId app,
    SlugId id,
    Map<String, String> processTypes,
    Optional<String> checksum,
    Optional<String> commit,
    Optional<String> commitDescription,
    Optional<String> buildpackDescription,
    String stack,
    Instant createdAt,
    Optional<Archive> stored) {

  /** An archive in the slug store. */
  public record Archive(long bytes, String checksum, Instant at) {}

  public static SlugView of(AppId app, Slug slug) {
    return new SlugView(
        app,
        slug.id(),
        slug.processTypes(),
        slug.checksum(),
        slug.commit(),
        slug.commitDescription(),
        slug.buildpackDescription(),
        slug.stack(),
        slug.createdAt(),
        slug.stored().map(s -> new Archive(s.bytes(), s.checksum(), s.at())));
  }
}
