package dev.dynode.edge.api.request;

import dev.dynode.edge.server.Connection;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import org.apache.pekko.Done;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpEntity;
import org.apache.pekko.http.javadsl.model.HttpMethods;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.apache.pekko.http.javadsl.server.AllDirectives;
import org.apache.pekko.http.javadsl.server.ExceptionHandler;
import org.apache.pekko.http.javadsl.server.RejectionHandler;
import org.apache.pekko.http.javadsl.server.Route;
import org.apache.pekko.pattern.Patterns;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What every request goes through and every answer gets: credentials, version, rate limit, the form
 * of errors, {@code Request-Id}, {@code ETag}.
 */
public final class ApiFilters extends AllDirectives {
  private static final Logger LOG = LoggerFactory.getLogger(ApiFilters.class);
  private static final Pattern VERSION =
      Pattern.compile(
          "application/vnd\\.heroku\\+json\\s*;\\s*version=\"?3(\\.[\\w.-]+)?\"?(\\s*;.*)?",
          Pattern.CASE_INSENSITIVE);

  private final Tokens tokens;
  private final WrongTokens wrong;
  private final RateLimit rate;

  public ApiFilters(Tokens tokens, WrongTokens wrong, RateLimit rate) {
    this.tokens = tokens;
    this.wrong = wrong;
    this.rate = rate;
  }

  /**
   * @param guarded needs a token, and the version in {@code Accept}
   * @param open does not: its addresses are secrets themselves, or it tells none
   */
  public Route around(Route guarded, Route open) {
    return extractRequest(
        request -> {
          String ids = RequestIds.of(request);
          return mapResponse(
              response -> finish(request, response, ids),
              () ->
                  withRequestTimeoutResponse(
                      _ ->
                          finish(
                              request, Errors.timeout(!request.method().isSafe()).response(), ids),
                      () ->
                          handleExceptions(
                              failures(request, ids),
                              () ->
                                  handleRejections(
                                      nowhere(),
                                      () -> concat(options(), open, guard(request, guarded))))));
        });
  }

  private Route options() {
    return method(
        HttpMethods.OPTIONS, () -> extractRequest(request -> complete(Cors.options(request))));
  }

  private Route guard(HttpRequest request, Route inner) {
    if (!authenticated(request)) {
      return unauthorized(request);
    }
    Connection.of(request).ifPresent(Connection::trust);
    if (!versioned(request)) {
      return refuse(request, Errors.notAcceptable());
    }
    boolean free = request.getUri().path().equals("/account/rate-limits");
    if (!free && !rate.take()) {
      return refuse(request, Errors.rateLimit());
    }
    return mapResponse(
        response ->
            response.addHeader(
                RawHeader.create("RateLimit-Remaining", Integer.toString(rate.remaining()))),
        () -> inner);
  }

  /** Whoever tries one token after another gets slow answers; one without a token tries none. */
  private Route unauthorized(HttpRequest request) {
    Optional<InetAddress> from = Connection.of(request).map(Connection::from);
    if (from.isEmpty() || request.getHeader("authorization").isEmpty()) {
      return refuse(request, Errors.unauthorized());
    }
    Optional<Duration> wait = wrong.next(from.get());
    if (wait.isEmpty()) {
      return refuse(request, Errors.tooManyWrongTokens());
    }
    if (wait.get().isZero()) {
      return refuse(request, Errors.unauthorized());
    }
    return extractActorSystem(
        system ->
            onComplete(
                Patterns.after(
                    wait.get(), system, () -> CompletableFuture.completedFuture(Done.done())),
                _ -> refuse(request, Errors.unauthorized())));
  }

  /** The body is read to its end, so that the connection stays usable. */
  private Route refuse(HttpRequest request, Problem problem) {
    return extractMaterializer(
        materializer -> {
          request.discardEntityBytes(materializer);
          return complete(problem.response());
        });
  }

  private boolean authenticated(HttpRequest request) {
    return request
        .getHeader("authorization")
        .flatMap(header -> token(header.value()))
        .filter(tokens::verify)
        .isPresent();
  }

  /** The token of a Bearer or Basic authorization; of the latter the password, whoever the user. */
  public static Optional<String> token(String authorization) {
    String[] parts = authorization.strip().split("\\s+", 2);
    if (parts.length < 2) {
      return Optional.empty();
    }
    if (parts[0].equalsIgnoreCase("Bearer")) {
      return Optional.of(parts[1]);
    }
    if (!parts[0].equalsIgnoreCase("Basic")) {
      return Optional.empty();
    }
    try {
      String pair = new String(Base64.getDecoder().decode(parts[1]), StandardCharsets.UTF_8);
      int colon = pair.indexOf(':');
      return colon < 0 ? Optional.empty() : Optional.of(pair.substring(colon + 1));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static boolean versioned(HttpRequest request) {
    for (var header : request.getHeaders()) {
      if (header.is("accept")
          && Arrays.stream(header.value().split(","))
              .anyMatch(type -> VERSION.matcher(type.strip()).matches())) {
        return true;
      }
    }
    return false;
  }

  private ExceptionHandler failures(HttpRequest request, String ids) {
    return ExceptionHandler.newBuilder()
        .matchAny(
            failure -> {
              Problem problem = Errors.foreseen(failure);
              if (problem == null) {
                LOG.error(
                    "{} {} failed, request id {}",
                    request.method().value(),
                    request.getUri().path(),
                    RequestIds.own(ids),
                    failure);
                problem = Errors.unexpected(RequestIds.own(ids));
              }
              return refuse(request, problem);
            })
        .build();
  }

  private RejectionHandler nowhere() {
    return RejectionHandler.newBuilder()
        .handleNotFound(
            extractRequest(
                request ->
                    refuse(
                        request,
                        new Problem(
                            404, "not_found", "The requested API endpoint was not found."))))
        .handleAll(
            org.apache.pekko.http.javadsl.server.Rejection.class,
            _ ->
                extractRequest(
                    request ->
                        refuse(
                            request,
                            new Problem(
                                404,
                                "not_found",
                                "The requested API endpoint was not found. Are you using the right"
                                    + " HTTP verb (i.e. `GET` vs. `POST`)?"))))
        .build();
  }

  private static HttpResponse finish(HttpRequest request, HttpResponse response, String ids) {
    HttpResponse named = Cors.readable(response.addHeader(RawHeader.create("Request-Id", ids)));
    if (!(response.entity() instanceof HttpEntity.Strict body)
        || !body.getContentType().equals(ContentTypes.APPLICATION_JSON)) {
      return named;
    }
    HttpResponse varied = named.addHeader(RawHeader.create("Vary", "Accept-Encoding"));
    HttpResponse offered = Coding.offer(request, varied);
    int status = response.status().intValue();
    if (!request.method().equals(HttpMethods.GET) || (status != 200 && status != 206)) {
      return offered;
    }
    // The bytes differ by their coding, so that only the weak form may be the same.
    String tag = tag(body.getData().toArrayUnsafe());
    HttpResponse tagged =
        offered.addHeader(
            RawHeader.create(
                "ETag", offered.getHeader("content-encoding").isEmpty() ? tag : "W/" + tag));
    return request
            .getHeader("if-none-match")
            .filter(header -> matches(header.value(), tag))
            .isPresent()
        ? varied
            .addHeader(RawHeader.create("ETag", tag))
            .withEntity(HttpEntities.EMPTY)
            .withStatus(304)
        : tagged;
  }

  private static boolean matches(String header, String tag) {
    return Arrays.stream(header.split(","))
        .map(each -> each.strip().replaceFirst("^W/", ""))
        .anyMatch(each -> each.equals("*") || each.equals(tag));
  }

  private static String tag(byte[] body) {
    try {
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(body);
      return "\"" + HexFormat.of().formatHex(hash, 0, 16) + "\"";
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
