package dev.dynode.edge.api.slugs;

import static org.apache.pekko.http.javadsl.server.PathMatchers.segment;

import dev.dynode.domain.app.AppCommand;
import dev.dynode.domain.id.SlugId;
import dev.dynode.edge.api.apps.AppRoutes;
import dev.dynode.edge.api.context.ApiContext;
import dev.dynode.edge.api.context.Call;
import dev.dynode.edge.api.context.Presenter;
import dev.dynode.edge.api.request.Body;
import dev.dynode.edge.api.request.Errors;
import dev.dynode.edge.api.request.Json;
import dev.dynode.port.AppQuery;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.regex.Pattern;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.server.AllDirectives;
import org.apache.pekko.http.javadsl.server.Route;

/** {@code /apps/A/slugs}. */
public final class SlugRoutes extends AllDirectives {
  private static final Pattern CHECKSUM = Pattern.compile("SHA256:[0-9a-fA-F]{64}");

  private final ApiContext desk;
  private final Presenter present;

  public SlugRoutes(ApiContext desk, Presenter present) {
    this.desk = desk;
    this.present = present;
  }

  public Route routes() {
    return concat(
        path(
            segment("apps").slash(segment()).slash("slugs"),
            app -> post(() -> desk.answer(call -> create(call, app)))),
        path(
            segment("apps").slash(segment()).slash("slugs").slash(segment()),
            (app, slug) -> get(() -> desk.answer(call -> info(call, app, slug)))));
  }

  private CompletionStage<HttpResponse> info(Call call, String app, String slug) {
    return desk.id(app)
        .thenCompose(
            id ->
                desk.ask(
                    id,
                    new AppQuery.OneSlug(
                        new SlugId(
                            ApiContext.uuid(slug)
                                .orElseThrow(() -> Errors.notFound("slug").exception())))))
        .thenApply(found -> Json.response(200, SlugPresenter.slug(present, call, found)));
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
              return desk.id(app)
                  .thenCompose(
                      its -> call.control().change(its, command, new AppQuery.OneSlug(id)));
            })
        .thenApply(
            answer ->
                Json.response(201, SlugPresenter.slug(present, call, ApiContext.done(answer))));
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
