package dev.dynode.api;

import static org.apache.pekko.http.javadsl.server.PathMatchers.segment;

import java.util.regex.Pattern;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.server.AllDirectives;
import org.apache.pekko.http.javadsl.server.Route;

/**
 * Where clients look for an app's git repository: told in plain text, which git prints, that there
 * is none. Asks for no token, or git would ask its user for one.
 */
final class GitRoutes extends AllDirectives {
  private static final Pattern REPOSITORY = Pattern.compile("[^/]+\\.git");

  Route routes() {
    return pathPrefix(
        segment(REPOSITORY),
        _ ->
            complete(
                HttpResponse.create()
                    .withStatus(501)
                    .withEntity(
                        ContentTypes.TEXT_PLAIN_UTF8,
                        "Dynode has no git server. To deploy a folder: dynode deploy FOLDER -a APP\n")));
  }
}
