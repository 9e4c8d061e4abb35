package dev.dynode.edge.api.request;

import java.util.ArrayList;
import java.util.List;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;

/**
 * Lets scripts of any web page call the API, as Heroku does (devcenter "platform-api-reference",
 * CORS). They need a token like everybody; no cookie ever stands for one.
 */
final class Cors {
  private static final List<String> METHODS =
      List.of("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT");

  private Cors() {}

  /** Asked with {@code OPTIONS}: what may be asked at this path. Needs no token. */
  static HttpResponse options(HttpRequest request) {
    return HttpResponse.create()
        .withStatus(204)
        .addHeader(RawHeader.create("Allow", String.join(", ", allowed(request))))
        .addHeader(
            RawHeader.create("Access-Control-Allow-Methods", String.join(", ", allowed(request))))
        .addHeader(
            RawHeader.create(
                "Access-Control-Allow-Headers",
                "Accept, Authorization, Content-Encoding, Content-Type, Idempotency-Key,"
                    + " If-None-Match, Last-Event-ID, Range, Request-Id"))
        .addHeader(RawHeader.create("Access-Control-Max-Age", "600"));
  }

  /** Those of the schema; at paths of our own any. */
  private static List<String> allowed(HttpRequest request) {
    List<String> methods = new ArrayList<>(SchemaLinks.methods(SchemaLinks.segments(request)));
    if (methods.isEmpty()) {
      return METHODS;
    }
    methods.add("OPTIONS");
    if (methods.contains("GET")) {
      methods.add("HEAD");
    }
    return methods.stream().sorted().toList();
  }

  /** For every answer: whoever asked may read it, and these headers of it. */
  static HttpResponse readable(HttpResponse response) {
    return response
        .addHeader(RawHeader.create("Access-Control-Allow-Origin", "*"))
        .addHeader(
            RawHeader.create(
                "Access-Control-Expose-Headers",
                "Accept-Ranges, Content-Range, ETag, Next-Range, RateLimit-Remaining, Request-Id,"
                    + " Retry-After, Warning-Message"));
  }
}
