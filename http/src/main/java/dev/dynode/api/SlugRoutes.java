package dev.dynode.api;

import static org.apache.pekko.http.javadsl.server.PathMatchers.segment;

import dev.dynode.domain.app.AppCommand;
import dev.dynode.domain.app.AppState.App;
import dev.dynode.domain.app.AppState.Slug;
import dev.dynode.domain.id.SlugId;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.regex.Pattern;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.server.AllDirectives;
import org.apache.pekko.http.javadsl.server.Route;

/** {@code /apps/A/slugs}. */
final class SlugRoutes extends AllDirectives {
  private static final Pattern CHECKSUM = Pattern.compile("SHA256:[0-9a-fA-F]{64}");

  private final Desk desk;
  private final Presenter present;

  SlugRoutes(Desk desk, Presenter present) {
    this.desk = desk;
    this.present = present;
  }

  Route routes() {
    return concat(
        path(
            segment("apps").slash(segment()).slash("slugs"),
            app -> post(() -> desk.answer(call -> create(call, app)))),
        path(
            segment("apps").slash(segment()).slash("slugs").slash(segment()),
            (app, slug) -> get(() -> desk.answer(call -> info(call, app, slug)))));
  }

  static Slug find(App app, SlugId id) {
    if (app.hasRemoved(id)) {
      throw new Problem(
              410,
              "gone",
              "This slug was removed: newer releases followed, and no dyno runs it. Deploy its code"
                  + " again.")
          .exception();
    }
    return Optional.ofNullable(app.slugs().get(id))
        .orElseThrow(() -> Errors.notFound("slug").exception());
  }

  private CompletionStage<HttpResponse> info(Call call, String app, String slug) {
    return desk.app(app)
        .thenApply(
            view ->
                Json.response(
                    200,
                    present.slug(
                        call,
                        view.app(),
                        find(
                            view.app(),
                            new SlugId(
                                Desk.uuid(slug)
                                    .orElseThrow(() -> Errors.notFound("slug").exception()))))));
  }

  private CompletionStage<HttpResponse> create(Call call, String app) {
    var id = new SlugId(UUID.randomUUID());
    return call.body()
        .thenCompose(
            body -> {
              AppRoutes.only(body, "stack", "stack", call.settings().stack());
              var command =
                  new AppCommand.CreateSlug(
                      call.by(),
                      id,
                      body.texts("process_types"),
                      checksum(body),
                      body.text("commit"),
                      body.text("commit_description"),
                      body.text("buildpack_provided_description"),
                      call.settings().stack());
              return desk.app(app)
                  .thenCompose(view -> call.control().change(view.app().id(), command));
            })
        .thenApply(
            answer -> {
              App after = Desk.done(answer).app();
              return Json.response(201, present.slug(call, after, find(after, id)));
            });
  }

  private static Optional<String> checksum(Body body) {
    Optional<String> checksum = body.text("checksum");
    if (checksum.isPresent() && !CHECKSUM.matcher(checksum.get()).matches()) {
      throw Errors.invalid(
              "checksum: it must be SHA256: and 64 hexadecimal digits, as sha256sum prints them.")
          .exception();
    }
    return checksum;
  }
}
