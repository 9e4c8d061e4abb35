package dev.dynode.edge.api.hosts;

import static org.apache.pekko.http.javadsl.server.PathMatchers.segment;

import dev.dynode.domain.id.HostId;
import dev.dynode.edge.api.context.ApiContext;
import dev.dynode.edge.api.request.Errors;
import dev.dynode.edge.api.request.Json;
import dev.dynode.engine.actor.HostAgent;
import dev.dynode.engine.actor.KnownHosts;
import java.util.Comparator;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.server.AllDirectives;
import org.apache.pekko.http.javadsl.server.Route;

/** {@code /hosts}: where dynos run, and which of these take more. Dynode's own. */
public final class HostRoutes extends AllDirectives {
  private final ApiContext desk;

  public HostRoutes(ApiContext desk) {
    this.desk = desk;
  }

  public Route routes() {
    var action = segment("hosts").slash(segment()).slash("actions");
    return concat(
        path("hosts", () -> get(() -> desk.answer(_ -> CompletableFuture.completedFuture(list())))),
        path(action.slash("drain"), host -> post(() -> desk.answer(_ -> drain(host, true)))),
        path(action.slash("undrain"), host -> post(() -> desk.answer(_ -> drain(host, false)))));
  }

  private HttpResponse list() {
    return Json.response(
        200,
        desk.with().hosts().all().stream()
            .map(HostJson::of)
            .sorted(Comparator.comparing(HostJson::name))
            .toList());
  }

  /** Answered once the host has said so: what it is told may be lost. */
  private CompletionStage<HttpResponse> drain(String name, boolean on) {
    return ApiContext.once(
            () -> {
              KnownHosts.Told host = find(name);
              if (host.draining() == on) {
                return Optional.of(host);
              }
              host.agent().tell(new HostAgent.Drain(on));
              return Optional.empty();
            },
            "The host has not answered; ask again in a moment.")
        .thenApply(host -> Json.response(202, HostJson.of(host)));
  }

  private KnownHosts.Told find(String name) {
    return desk.with().hosts().all().stream()
        .filter(told -> told.view().id().equals(new HostId(name)))
        .findAny()
        .orElseThrow(() -> Errors.notFound("host").exception());
  }
}
