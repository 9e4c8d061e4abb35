package dev.dynode.edge.api.formation;

import dev.dynode.domain.view.AppSummary;
import dev.dynode.domain.view.ProcessTypes;
import dev.dynode.edge.api.context.Presenter;
import dev.dynode.edge.api.json.Named;
import dev.dynode.edge.api.json.Times;
import java.util.List;
import java.util.Map;

/** A formation as the API shows it. */
public final class FormationPresenter {
  private FormationPresenter() {}

  /** The declared process types; none runs on its own yet. */
  public static List<FormationJson> formation(Presenter present, ProcessTypes types) {
    AppSummary app = types.app();
    String size = app.tier().defaultOneOffSize().name();
    String since = Times.of(app.releasedAt());
    return types.commands().entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .map(
            type ->
                new FormationJson(
                    Presenter.name(app),
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
}
