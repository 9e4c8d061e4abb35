package dev.dynode.edge.api.absent;

import dev.dynode.edge.api.accounts.AccountRoutes;
import dev.dynode.edge.api.context.ApiContext;
import dev.dynode.edge.api.context.Call;
import dev.dynode.edge.api.request.Json;
import dev.dynode.edge.api.request.SchemaLinks;
import dev.dynode.edge.api.request.SchemaLinks.Link;
import dev.dynode.edge.api.request.SchemaLinks.Part;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.server.AllDirectives;
import org.apache.pekko.http.javadsl.server.Route;

/**
 * The calls of Heroku's schema that no other route takes; to be asked last. Whom their paths name
 * is looked for first; then lists of what there is none of are empty, and the rest says that it is
 * not available.
 */
public final class NotAvailableRoutes extends AllDirectives {
  private final ApiContext desk;

  public NotAvailableRoutes(ApiContext desk) {
    this.desk = desk;
  }

  public Route routes() {
    return extractRequest(
        request -> {
          List<String> segments = SchemaLinks.segments(request);
          return SchemaLinks.find(request.method().value(), segments)
              .map(link -> desk.answer(call -> answer(call, link, segments)))
              .orElseGet(() -> unknown(segments));
        });
  }

  /** Not in the schema; but of what there is none nothing can be done, and nothing is below it. */
  private Route unknown(List<String> segments) {
    return SchemaLinks.about(segments)
        .filter(NotAvailable::none)
        .map(NotAvailable::of)
        .or(() -> SchemaLinks.below(segments).filter(NotAvailable::none).map(NotAvailable::missing))
        .map(problem -> desk.answer(_ -> CompletableFuture.completedStage(problem.response())))
        .orElseGet(this::reject);
  }

  private CompletionStage<HttpResponse> answer(Call call, Link link, List<String> segments) {
    CompletionStage<?> named = CompletableFuture.completedStage(null);
    for (int i = 0; i < segments.size(); i++) {
      if (link.path().get(i) instanceof Part.Place(String resource)) {
        if (resource.equals("app")) {
          named = desk.app(segments.get(i));
        } else if (resource.equals("account")) {
          AccountRoutes.check(call.account(), segments.get(i));
        } else if (NotAvailable.none(resource)) {
          return named.thenApply(_ -> NotAvailable.missing(resource).response());
        }
      }
    }
    return named.thenApply(_ -> answer(link));
  }

  private static HttpResponse answer(Link link) {
    boolean asks = link.method().equals("GET") || link.resolves();
    if (!asks || !NotAvailable.none(link.resource())) {
      return NotAvailable.of(link.resource()).response();
    }
    return link.list()
        ? Json.response(200, List.of())
        : NotAvailable.missing(link.resource()).response();
  }
}
