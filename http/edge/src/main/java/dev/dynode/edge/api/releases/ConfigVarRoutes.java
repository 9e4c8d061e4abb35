package dev.dynode.edge.api.releases;

import static org.apache.pekko.http.javadsl.server.PathMatchers.segment;

import dev.dynode.domain.app.AppCommand;
import dev.dynode.domain.id.ReleaseId;
import dev.dynode.domain.view.ConfigVars;
import dev.dynode.edge.api.context.ApiContext;
import dev.dynode.edge.api.context.Call;
import dev.dynode.edge.api.request.Json;
import dev.dynode.port.AppQuery;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.server.AllDirectives;
import org.apache.pekko.http.javadsl.server.Route;

/** {@code /apps/A/config-vars} and those of a release. */
public final class ConfigVarRoutes extends AllDirectives {
  private static final AppQuery.Config CONFIG = new AppQuery.Config(Optional.empty());

  private final ApiContext desk;

  public ConfigVarRoutes(ApiContext desk) {
    this.desk = desk;
  }

  public Route routes() {
    return concat(
        path(
            segment("apps").slash(segment()).slash("config-vars"),
            app ->
                concat(
                    get(() -> desk.answer(_ -> show(app))),
                    patch(() -> desk.answer(call -> update(call, app))))),
        path(
            segment("apps")
                .slash(segment())
                .slash("releases")
                .slash(segment())
                .slash("config-vars"),
            (app, release) -> get(() -> desk.answer(_ -> ofRelease(app, release)))));
  }

  private CompletionStage<HttpResponse> show(String app) {
    return desk.ask(app, CONFIG).thenApply(ConfigVarRoutes::response);
  }

  private CompletionStage<HttpResponse> ofRelease(String app, String release) {
    return desk.ask(app, new AppQuery.Config(Optional.of(release)))
        .thenApply(ConfigVarRoutes::response);
  }

  private static HttpResponse response(ConfigVars config) {
    return Json.response(200, new TreeMap<>(config.vars()));
  }

  private CompletionStage<HttpResponse> update(Call call, String app) {
    return call.body()
        .thenCompose(
            body -> {
              var vars = body.entries("");
              return desk.id(app)
                  .thenCompose(
                      id ->
                          call.control()
                              .change(
                                  id,
                                  new AppCommand.SetConfig(
                                      call.by(), new ReleaseId(UUID.randomUUID()), vars),
                                  CONFIG));
            })
        .thenApply(answer -> response(ApiContext.done(answer)));
  }
}
