package dev.dynode.node;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/**
 * Tells load balancers and whoever runs nodes how this one is: {@code /live} answers 200 as long as
 * it need not be started again, from before it joins its cluster until its end; {@code /ready} as
 * long as it should be given work; else 503 and why. On the JDK's own server, for it lives longer
 * than the actors.
 */
record Health(HttpServer server) implements AutoCloseable {

  /**
   * Serves it.
   *
   * @param unready why it should be given no work; may wait for a moment
   */
  static Health serve(String host, int port, Supplier<Optional<String>> unready) throws Exception {
    return Ports.open(
        "health-port",
        host,
        port,
        () -> {
          HttpServer server = HttpServer.create(new InetSocketAddress(host, port), 0);
          server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
          server.createContext("/", exchange -> answer(exchange, unready));
          server.start();
          return new Health(server);
        });
  }

  private static void answer(HttpExchange exchange, Supplier<Optional<String>> unready)
      throws IOException {
    try (exchange) {
      switch (exchange.getRequestURI().getPath()) {
        case "/live" -> tell(exchange, 200, "live");
        case "/ready" -> {
          Optional<String> why = unready.get();
          tell(exchange, why.isPresent() ? 503 : 200, why.orElse("ready"));
        }
        default -> tell(exchange, 404, "There are /live and /ready.");
      }
    }
  }

  private static void tell(HttpExchange exchange, int status, String text) throws IOException {
    byte[] body = (text + "\n").getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "text/plain; charset=UTF-8");
    boolean head = exchange.getRequestMethod().equals("HEAD");
    exchange.sendResponseHeaders(status, head ? -1 : body.length);
    if (!head) {
      exchange.getResponseBody().write(body);
    }
  }

  int port() {
    return server.getAddress().getPort();
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
