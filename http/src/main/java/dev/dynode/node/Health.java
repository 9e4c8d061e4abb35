package dev.dynode.node;

import java.util.Optional;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.http.javadsl.Http;
import org.apache.pekko.http.javadsl.ServerBinding;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.StatusCodes;

/**
 * Tells load balancers and whoever runs nodes how this one is: {@code /live} answers 200 as long as
 * it need not be started again, {@code /ready} as long as it should be given work; else 503 and
 * why.
 */
record Health(ServerBinding binding) {

  /**
   * Serves it.
   *
   * @param unready why it should be given no work; may wait for a moment
   */
  static Health serve(
      ActorSystem<?> system, String host, int port, Supplier<Optional<String>> unready)
      throws Exception {
    return new Health(
        Node.await(
            Http.get(system)
                .newServerAt(host, port)
                .bindSync(request -> answer(request, unready))));
  }

  private static HttpResponse answer(HttpRequest request, Supplier<Optional<String>> unready) {
    return switch (request.getUri().path()) {
      case "/live" -> told(200, "live");
      case "/ready" -> unready.get().map(why -> told(503, why)).orElseGet(() -> told(200, "ready"));
      default -> told(404, "There are /live and /ready.");
    };
  }

  private static HttpResponse told(int status, String text) {
    return HttpResponse.create()
        .withStatus(StatusCodes.get(status))
        .withEntity(ContentTypes.TEXT_PLAIN_UTF8, text + "\n");
  }

  int port() {
    return binding.localAddress().getPort();
  }
}
