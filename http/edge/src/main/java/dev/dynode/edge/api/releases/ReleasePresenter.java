package dev.dynode.edge.api.releases;

import dev.dynode.domain.id.AppId;
import dev.dynode.domain.view.ReleasePage;
import dev.dynode.domain.view.ReleaseSummary;
import dev.dynode.edge.api.context.Presenter;
import dev.dynode.edge.api.json.Identity;
import dev.dynode.edge.api.json.Named;
import dev.dynode.edge.api.json.Times;
import java.util.List;

/** A release as the API shows it. */
public final class ReleasePresenter {
  private ReleasePresenter() {}

  /**
   * @param page that it stands on
   */
  public static ReleaseJson release(
      Presenter present, AppId app, ReleasePage page, ReleaseSummary release) {
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
        present.person(release.by()),
        Times.of(release.at()),
        Times.of(release.at()));
  }
}
