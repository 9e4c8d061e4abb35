package dev.dynode.api;

import static org.apache.pekko.http.javadsl.server.PathMatchers.segment;

import dev.dynode.api.Page.Field;
import dev.dynode.api.wire.ReleaseJson;
import dev.dynode.domain.app.AppCommand;
import dev.dynode.domain.app.AppState.App;
import dev.dynode.domain.app.AppState.Release;
import dev.dynode.domain.id.ReleaseId;
import dev.dynode.domain.id.SlugId;
import dev.dynode.port.ControlPlane.AppView;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
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

  /** By id, version ({@code 12} or {@code v12}), or {@code current}. */
  static Release find(App app, String identity) {
    String version = identity.startsWith("v") ? identity.substring(1) : identity;
    return app.releases().stream()
        .filter(
            release ->
                Integer.toString(release.version()).equals(version)
                    || release.id().toString().equals(identity))
        .findAny()
        .or(() -> identity.equals("current") ? Optional.of(app.currentRelease()) : Optional.empty())
        .orElseThrow(() -> Errors.notFound("release").exception());
  }

  private CompletionStage<HttpResponse> list(Call call, String app) {
    return desk.app(app)
        .thenApply(
            view ->
                desk.list(
                    call,
                    view.app().releases().stream()
                        .map(release -> present.release(view.app(), release))
                        .toList(),
                    FIELDS));
  }

  private CompletionStage<HttpResponse> info(String app, String release) {
    return desk.app(app)
        .thenApply(
            view -> Json.response(200, present.release(view.app(), find(view.app(), release))));
  }

  private CompletionStage<HttpResponse> create(Call call, String app) {
    var id = new ReleaseId(UUID.randomUUID());
    return call.body()
        .thenCompose(
            body ->
                desk.app(app)
                    .thenCompose(
                        view ->
                            call.control().change(view.app().id(), command(call, body, view, id))))
        .thenApply(
            answer -> {
              App after = Desk.done(answer).app();
              return Json.response(201, present.release(after, find(after, id.toString())));
            });
  }

  private static AppCommand command(Call call, Body body, AppView view, ReleaseId id) {
    Optional<String> release = body.text("release");
    if (release.isPresent()) {
      return new AppCommand.RollBack(call.by(), id, find(view.app(), release.get()).id());
    }
    String slug =
        body.text("slug")
            .orElseThrow(
                () ->
                    Errors.invalid(
                            "slug: name the slug to release, or in release: the release to roll"
                                + " back to.")
                        .exception());
    return new AppCommand.CreateRelease(
        call.by(),
        id,
        new SlugId(Desk.uuid(slug).orElseThrow(() -> Errors.notFound("slug").exception())),
        body.text("description"));
  }
}
