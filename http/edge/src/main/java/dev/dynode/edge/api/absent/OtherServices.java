package dev.dynode.edge.api.absent;

import static org.apache.pekko.http.javadsl.server.PathMatchers.segment;

import dev.dynode.edge.api.request.Json;
import dev.dynode.edge.api.request.Problem;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.server.AllDirectives;
import org.apache.pekko.http.javadsl.server.Route;

/**
 * What clients ask of Heroku's other services, which {@code dynode env} has them ask here: git, the
 * status page, the registry of buildpacks, the databases. Needs no token, as most come without one;
 * git would ask its user for it.
 */
public final class OtherServices extends AllDirectives {
  private static final Pattern REPOSITORY = Pattern.compile("[^/]+\\.git");

  /** By the first segment of their paths. */
  private static final Map<String, Problem> SERVICES =
      Map.of(
          "buildpacks", new Problem(404, "not_found", "Dynode has no buildpacks."),
          "client", databases(),
          "data", databases(),
          "postgres", databases(),
          "redis", databases(),
          "auth",
              new Problem(
                  501,
                  "not_available",
                  "Dynode has no login by browser; `dynode env` prints what sets the token."));

  private static Problem databases() {
    return new Problem(501, "not_available", "Dynode has no databases.");
  }

  public Route routes() {
    return concat(
        pathPrefix(segment(REPOSITORY), _ -> complete(noGit())),
        path(
            segment("api").slash("v4").slash("current-status"),
            () -> get(() -> complete(Json.response(200, status())))),
        extractRequest(this::service));
  }

  /** In plain text, which git prints. */
  private static HttpResponse noGit() {
    return HttpResponse.create()
        .withStatus(501)
        .withEntity(
            ContentTypes.TEXT_PLAIN_UTF8,
            "Dynode has no git server. To deploy a folder: dynode deploy FOLDER -a APP\n");
  }

  /** As Heroku's status page tells it: this node answers. */
  private static Map<String, List<?>> status() {
    return Map.of(
        "status",
        List.of(Map.of("system", "Apps", "status", "green")),
        "incidents",
        List.of(),
        "scheduled",
        List.of());
  }

  private Route service(HttpRequest request) {
    var segments = request.getUri().pathSegments().iterator();
    Problem none = segments.hasNext() ? SERVICES.get(segments.next()) : null;
    return none == null ? reject() : complete(none.response());
  }
}
