package dev.dynode.edge.api.releases;

import static org.apache.pekko.http.javadsl.server.PathMatchers.segment;

import dev.dynode.domain.app.AppCommand;
import dev.dynode.domain.id.AppId;
import dev.dynode.domain.id.ReleaseId;
import dev.dynode.domain.id.SlugId;
import dev.dynode.domain.view.ReleasePage;
import dev.dynode.edge.api.context.ApiContext;
import dev.dynode.edge.api.context.Call;
import dev.dynode.edge.api.context.Presenter;
import dev.dynode.edge.api.request.Body;
import dev.dynode.edge.api.request.Errors;
import dev.dynode.edge.api.request.Json;
import dev.dynode.edge.api.request.Page.Field;
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
public final class ReleaseRoutes extends AllDirectives {
  private static final List<Field<ReleaseJson>> FIELDS =
      List.of(Field.number("version", ReleaseJson::version), Field.text("id", ReleaseJson::id));

  private final ApiContext desk;
  private final Presenter present;

  public ReleaseRoutes(ApiContext desk, Presenter present) {
    this.desk = desk;
    this.present = present;
  }

  public Route routes() {
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
                    .thenApply(ApiContext::done)
                    .thenApply(
                        all ->
                            desk.list(
                                call,
                                all.releases().stream()
                                    .map(
                                        release ->
                                            ReleasePresenter.release(present, id, all, release))
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
    return ReleasePresenter.release(present, app, page, page.releases().getFirst());
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
        .thenApply(answer -> Json.response(201, one(app, ApiContext.done(answer))));
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
            new SlugId(
                ApiContext.uuid(slug).orElseThrow(() -> Errors.notFound("slug").exception())),
            body.text("description")));
  }
}
