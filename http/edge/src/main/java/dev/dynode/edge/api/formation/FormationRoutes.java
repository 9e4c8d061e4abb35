package dev.dynode.edge.api.formation;

import static org.apache.pekko.http.javadsl.server.PathMatchers.segment;

import dev.dynode.edge.api.context.ApiContext;
import dev.dynode.edge.api.context.Call;
import dev.dynode.edge.api.context.Presenter;
import dev.dynode.edge.api.request.Errors;
import dev.dynode.edge.api.request.Json;
import dev.dynode.edge.api.request.Page.Field;
import dev.dynode.port.AppQuery;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.server.AllDirectives;
import org.apache.pekko.http.javadsl.server.Route;

/** {@code /apps/A/formation}: what the current release declares. */
public final class FormationRoutes extends AllDirectives {
  private static final List<Field<FormationJson>> FIELDS =
      List.of(Field.text("type", FormationJson::type), Field.text("id", FormationJson::id));

  private final ApiContext desk;
  private final Presenter present;

  public FormationRoutes(ApiContext desk, Presenter present) {
    this.desk = desk;
    this.present = present;
  }

  public Route routes() {
    return concat(
        path(
            segment("apps").slash(segment()).slash("formation"),
            app -> get(() -> desk.answer(call -> list(call, app)))),
        path(
            segment("apps").slash(segment()).slash("formation").slash(segment()),
            (app, type) -> get(() -> desk.answer(_ -> info(app, type)))));
  }

  private CompletionStage<HttpResponse> list(Call call, String app) {
    return desk.ask(app, new AppQuery.Formation())
        .thenApply(types -> desk.list(call, FormationPresenter.formation(present, types), FIELDS));
  }

  private CompletionStage<HttpResponse> info(String app, String identity) {
    return desk.ask(app, new AppQuery.Formation())
        .thenApply(
            types ->
                FormationPresenter.formation(present, types).stream()
                    .filter(type -> type.type().equals(identity) || type.id().equals(identity))
                    .findAny()
                    .map(type -> Json.response(200, type))
                    .orElseThrow(() -> Errors.notFound("process type").exception()));
  }
}
