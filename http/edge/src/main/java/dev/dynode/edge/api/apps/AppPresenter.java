package dev.dynode.edge.api.apps;

import dev.dynode.domain.app.Tier;
import dev.dynode.domain.view.AppSummary;
import dev.dynode.edge.api.context.Call;
import dev.dynode.edge.api.context.Presenter;
import dev.dynode.edge.api.json.Named;
import dev.dynode.edge.api.json.Times;
import java.util.List;

/** An app as the API shows it. */
public final class AppPresenter {
  private AppPresenter() {}

  public static AppJson app(Presenter present, Call call, AppSummary app) {
    boolean spaced = app.tier() == Tier.PRIVATE || app.tier() == Tier.SHIELD;
    Named space = Named.of("space", app.tier().wire());
    return new AppJson(
        app.id().toString(),
        app.name(),
        present.person(app.owner()),
        Named.of("region", app.region()),
        Named.of("stack", app.stack()),
        Named.of("stack", app.stack()),
        "cedar",
        app.tier().wire(),
        "complete",
        app.maintenance(),
        false,
        present.gitUrl(call).replace("{app}", app.name()),
        present.webUrl(app),
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
}
