package dev.dynode.api;

import static org.apache.pekko.http.javadsl.server.PathMatchers.segment;

import dev.dynode.api.Page.Field;
import dev.dynode.api.wire.ReleaseJson;
import dev.dynode.domain.app.AppCommand;
import dev.dynode.domain.id.AppId;
import dev.dynode.domain.id.ReleaseId;
import dev.dynode.domain.id.SlugId;
import dev.dynode.domain.view.ReleasePage;
import dev.dynode.port.AppQuery;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.server.AllDirectives;
import org.apache.pekko.http.javadsl.server.Route;

/** {@code /apps/A/releases}. */
final class ReleaseRoutes extends AllDirectives {
  private static final List<Field<ReleaseJson>> FIELDS =
      List.of(Field.number("version", ReleaseJson::version), Field.text("id", ReleaseJson::id));

  private final Desk desk;
  private final Presenter present;

  ReleaseRoutes(Desk desk, Presenter present) {
    this.desk = desk;
    this.present = present;
  }

  Route routes() {
    return concat(
        path(
            segment("apps").slash(segment()).slash("releases"),
            app ->
                concat(
                    get(() -> desk.answer(call -> list(call, app))),
                    post(() -> desk.answer(call -> create(call, app))))),
        path(
            segment("apps").slash(segment()).slash("releases").slash(segment()),
            (app, release) -> get(() -> desk.answer(_ -> info(app, release)))));
  }

  private CompletionStage<HttpResponse> list(Call call, String app) {
    return desk.id(app)
        .thenCompose(
            id ->
                desk.with()
                    .control()
                    .releases(id)
                    .thenApply(Desk::done)
                    .thenApply(
                        all ->
                            desk.list(
                                call,
                                all.releases().stream()
                                    .map(release -> present.release(id, all, release))
                                    .toList(),
                                FIELDS)));
  }

  private CompletionStage<HttpResponse> info(String app, String release) {
    return desk.id(app)
        .thenCompose(
            id ->
                desk.ask(id, new AppQuery.Release(release))
                    .thenApply(page -> Json.response(200, one(id, page))));
  }

  private ReleaseJson one(AppId app, ReleasePage page) {
    return present.release(app, page, page.releases().getFirst());
  }

  private CompletionStage<HttpResponse> create(Call call, String app) {
    var id = new ReleaseId(UUID.randomUUID());
    return call.body()
        .thenCombine(desk.id(app), (body, its) -> create(call, body, its, id))
        .thenCompose(created -> created);
  }

  private CompletionStage<HttpResponse> create(Call call, Body body, AppId app, ReleaseId id) {
    return command(call, body, app, id)
        .thenCompose(
            command -> call.control().change(app, command, new AppQuery.Release(id.toString())))
        .thenApply(answer -> Json.response(201, one(app, Desk.done(answer))));
  }

  private CompletionStage<AppCommand> command(Call call, Body body, AppId app, ReleaseId id) {
    Optional<String> release = body.text("release");
    if (release.isPresent()) {
      return desk.ask(app, new AppQuery.Release(release.get()))
          .thenApply(
              page -> new AppCommand.RollBack(call.by(), id, page.releases().getFirst().id()));
    }
    String slug =
        body.text("slug")
            .orElseThrow(
                () ->
                    Errors.invalid(
                            "slug: name the slug to release, or in release: the release to roll"
                                + " back to.")
                        .exception());
    return CompletableFuture.completedStage(
        new AppCommand.CreateRelease(
            call.by(),
            id,
            new SlugId(Desk.uuid(slug).orElseThrow(() -> Errors.notFound("slug").exception())),
            body.text("description")));
  }
}
