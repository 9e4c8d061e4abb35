package dev.dynode.api;

import static org.apache.pekko.http.javadsl.server.PathMatchers.segment;

import dev.dynode.api.Page.Field;
import dev.dynode.api.wire.FormationJson;
import dev.dynode.port.AppQuery;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.server.AllDirectives;
import org.apache.pekko.http.javadsl.server.Route;

/** {@code /apps/A/formation}: what the current release declares. */
final class FormationRoutes extends AllDirectives {
  private static final List<Field<FormationJson>> FIELDS =
      List.of(Field.text("type", FormationJson::type), Field.text("id", FormationJson::id));

  private final Desk desk;
  private final Presenter present;

  FormationRoutes(Desk desk, Presenter present) {
    this.desk = desk;
    this.present = present;
  }

  Route routes() {
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
        .thenApply(types -> desk.list(call, present.formation(types), FIELDS));
  }

  private CompletionStage<HttpResponse> info(String app, String identity) {
    return desk.ask(app, new AppQuery.Formation())
        .thenApply(
            types ->
                present.formation(types).stream()
                    .filter(type -> type.type().equals(identity) || type.id().equals(identity))
                    .findAny()
                    .map(type -> Json.response(200, type))
                    .orElseThrow(() -> Errors.notFound("process type").exception()));
  }
}
