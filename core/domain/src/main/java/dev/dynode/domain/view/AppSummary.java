package dev.dynode.domain.view;

import dev.dynode.domain.app.AppState.App;
import dev.dynode.domain.app.AppState.Slug;
import dev.dynode.domain.app.AppState.Stored;
import dev.dynode.domain.app.Tier;
import dev.dynode.domain.id.AppId;
import java.time.Instant;
import java.util.Optional;

/**
 * An app, as lists and {@code info} tell it.
 *
 * @param releasedAt when its current release was made
 * @param slugBytes size of that release's archive
 * @param buildpack what built that release, if that was told
 * @param dynos how many take a slot
 */
public record AppSummary(
    AppId id,
    String name,
    String owner,
    Tier tier,
    String region,
    String stack,
    boolean maintenance,
    Instant createdAt,
    Instant updatedAt,
    Instant releasedAt,
    Optional<Long> slugBytes,
    Optional<String> buildpack,
    int dynos,
    Optional<Instant> deletedAt) {

  public static AppSummary of(App app) {
    Optional<Slug> slug =
        app.currentRelease().slug().flatMap(id -> Optional.ofNullable(app.slugs().get(id)));
    return new AppSummary(
        app.id(),
        app.name(),
        app.owner(),
        app.tier(),
        app.region(),
        app.stack(),
        app.maintenance(),
        app.createdAt(),
        app.updatedAt(),
        app.currentRelease().at(),
        slug.flatMap(Slug::stored).map(Stored::bytes),
        slug.flatMap(Slug::buildpackDescription),
        app.roster().size(),
        app.deletedAt());
  }
}
