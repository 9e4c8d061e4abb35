package dev.dynode.edge.api.dynos;

import dev.dynode.domain.app.DynoView;
import dev.dynode.edge.api.context.Presenter;
import dev.dynode.edge.api.json.Named;
import dev.dynode.edge.api.json.Times;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A dyno as the API shows it. */
public final class DynoPresenter {
  private DynoPresenter() {}

  /**
   * @param app its name
   * @param attachable whether to tell where to attach
   */
  public static DynoJson dyno(Presenter present, String app, DynoView view, boolean attachable) {
    return dyno(app, view, attachable ? present.with().attachUrl().apply(view).orElse(null) : null);
  }

  public static DynoJson dyno(String app, DynoView view, @Nullable String attachUrl) {
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
}
