package dev.dynode.api;

import dev.dynode.api.wire.AppJson;
import dev.dynode.api.wire.DynoJson;
import dev.dynode.api.wire.FormationJson;
import dev.dynode.api.wire.Identity;
import dev.dynode.api.wire.Named;
import dev.dynode.api.wire.Person;
import dev.dynode.api.wire.ReleaseJson;
import dev.dynode.api.wire.SlugJson;
import dev.dynode.api.wire.Times;
import dev.dynode.domain.app.Tier;
import dev.dynode.domain.dyno.DynoView;
import dev.dynode.domain.id.AppId;
import dev.dynode.domain.view.AppSummary;
import dev.dynode.domain.view.ProcessTypes;
import dev.dynode.domain.view.ReleasePage;
import dev.dynode.domain.view.ReleaseSummary;
import dev.dynode.domain.view.SlugView;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Tells apps, dynos, releases and slugs as the API tells them. */
final class Presenter {
  private final Collaborators with;
  private final ApiSettings settings;

  Presenter(Collaborators with, ApiSettings settings) {
    this.with = with;
    this.settings = settings;
  }

  AppJson app(Call call, AppSummary app) {
    boolean spaced = app.tier() == Tier.PRIVATE || app.tier() == Tier.SHIELD;
    Named space = Named.of("space", app.tier().wire());
    return new AppJson(
        app.id().toString(),
        app.name(),
        person(app.owner()),
        Named.of("region", app.region()),
        Named.of("stack", app.stack()),
        Named.of("stack", app.stack()),
        "cedar",
        app.tier().wire(),
        "complete",
        app.maintenance(),
        false,
        gitUrl(call).replace("{app}", app.name()),
        webUrl(app),
        null,
        app.slugBytes().orElse(null),
        spaced ? new AppJson.Space(space.id(), space.name(), app.tier() == Tier.SHIELD) : null,
        null,
        null,
        false,
        app.buildpack().orElse(null),
        null,
        null,
        List.of(),
        Times.of(app.createdAt()),
        Times.of(app.updatedAt()),
        Times.of(app.releasedAt()),
        app.deletedAt().map(Times::of).orElse(null));
  }

  String webUrl(AppSummary app) {
    return settings.webUrl().replace("{app}", app.name());
  }

  /** There is no git server: unless somebody set one up, the API's own address says so. */
  private String gitUrl(Call call) {
    return settings.gitUrl().isEmpty() ? call.publicUrl() + "/{app}.git" : settings.gitUrl();
  }

  Person person(String email) {
    return Person.of(email, with.account().id().toString(), with.account().email());
  }

  /**
   * @param app its name
   * @param attachable whether to tell where to attach
   */
  DynoJson dyno(String app, DynoView view, boolean attachable) {
    return dyno(app, view, attachable ? with.attachUrl().apply(view).orElse(null) : null);
  }

  static DynoJson dyno(String app, DynoView view, @Nullable String attachUrl) {
    return new DynoJson(
        view.id().toString(),
        view.name().toString(),
        view.name().type(),
        view.command(),
        view.size(),
        view.state(),
        attachUrl,
        new DynoJson.Release(view.release().toString(), view.releaseVersion()),
        new Named(view.app().toString(), app),
        Times.of(view.createdAt()),
        Times.of(view.updatedAt()),
        view.status().orElse(null),
        view.endedAt().map(Times::of).orElse(null),
        view.ending().map(ending -> ending.name().toLowerCase(Locale.ROOT)).orElse(null));
  }

  static Named name(AppSummary app) {
    return new Named(app.id().toString(), app.name());
  }

  /** The declared process types; none runs on its own yet. */
  List<FormationJson> formation(ProcessTypes types) {
    AppSummary app = types.app();
    String size = app.tier().defaultOneOffSize().name();
    String since = Times.of(app.releasedAt());
    return types.commands().entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .map(
            type ->
                new FormationJson(
                    name(app),
                    Named.of("formation", app.id() + "/" + type.getKey()).id(),
                    type.getKey(),
                    type.getValue(),
                    0,
                    size,
                    Named.of("dyno-size", size),
                    since,
                    since))
        .toList();
  }

  /**
   * @param page that it stands on
   */
  ReleaseJson release(AppId app, ReleasePage page, ReleaseSummary release) {
    String slug = release.slug().map(Object::toString).orElse(null);
    return new ReleaseJson(
        release.id().toString(),
        release.version(),
        release.description(),
        "succeeded",
        release.version() == page.current(),
        true,
        slug == null ? null : new Identity(slug),
        null,
        slug == null ? List.of() : List.of(new ReleaseJson.Artifact("slug", slug)),
        List.of(),
        null,
        new Named(app.toString(), page.app()),
        person(release.by()),
        Times.of(release.at()),
        Times.of(release.at()));
  }

  SlugJson slug(Call call, SlugView slug) {
    boolean upload = slug.stored().isEmpty();
    String link =
        with.blobs()
            .issue(
                new BlobLinks.Claim(
                    upload,
                    slug.app(),
                    slug.id(),
                    with.clock().instant().plus(settings.slugs().urlLife())));
    return new SlugJson(
        slug.id().toString(),
        new SlugJson.Blob(upload ? "put" : "get", call.publicUrl() + "/blobs/" + link),
        slug.processTypes(),
        slug.stored().map(stored -> stored.checksum()).or(slug::checksum).orElse(null),
        slug.stored().map(stored -> stored.bytes()).orElse(null),
        slug.commit().orElse(null),
        slug.commitDescription().orElse(null),
        slug.buildpackDescription().orElse(null),
        Named.of("stack", slug.stack()),
        Times.of(slug.createdAt()),
        Times.of(slug.stored().map(stored -> stored.at()).orElse(slug.createdAt())),
        null);
  }
}
