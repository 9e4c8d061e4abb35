package dev.dynode.edge.api.request;

import dev.dynode.domain.Failure;
import dev.dynode.domain.Refusal;
import dev.dynode.port.ControlPlane;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.stream.Collectors;
import org.apache.pekko.http.scaladsl.model.EntityStreamSizeException;
import org.apache.pekko.http.scaladsl.model.ExceptionWithErrorInfo;
import org.apache.pekko.http.scaladsl.model.IllegalUriException;
import org.jspecify.annotations.Nullable;

/** Which status and id each error has: the one table. */
public final class Errors {
  private static final String LIMITS =
      "https://devcenter.heroku.com/articles/dyno-size#default-scaling-limits";

  private Errors() {}

  public static Problem of(Refusal refusal) {
    String message = refusal.message();
    return switch (refusal.reason()) {
      case NOT_FOUND -> all(new Problem(404, "not_found", message), refusal.details());
      case INVALID -> all(new Problem(422, "invalid_params", message), refusal.details());
      case OVER_LIMIT -> overLimit(refusal);
      case CONFLICT -> all(new Problem(409, "conflict", message), refusal.details());
      case GONE -> all(new Problem(410, "gone", message), refusal.details());
      case NO_ROOM ->
          all(new Problem(503, "no_room", message), refusal.details())
              .withHeader("Retry-After", "5");
      case LATE -> unavailable(message);
    };
  }

  /** Where nobody can help it but the operator, asking again is not recommended. */
  public static Problem of(Failure failure) {
    return failure.kind() == Failure.Kind.BROKEN
        ? new Problem(500, "internal_server_error", failure.message())
        : unavailable(failure.message());
  }

  private static Problem overLimit(Refusal refusal) {
    Problem problem =
        all(new Problem(422, "cannot_run_above_limit", refusal.message()), refusal.details())
            .with("url", LIMITS);
    return refusal.details().get("running") instanceof List<?> running && !running.isEmpty()
        ? problem.withHeader(
            "Warning-Message",
            "Running now: "
                + running.stream().map(String::valueOf).collect(Collectors.joining(", ")))
        : problem;
  }

  private static Problem all(Problem problem, Map<String, Object> details) {
    Problem next = problem;
    for (Map.Entry<String, Object> detail : details.entrySet()) {
      next = next.with(detail.getKey(), detail.getValue());
    }
    return next;
  }

  public static Problem notFound(String resource) {
    return of(Refusal.notFound(resource));
  }

  public static Problem invalid(String message) {
    return new Problem(422, "invalid_params", message);
  }

  static Problem unauthorized() {
    return new Problem(
            401,
            "unauthorized",
            "Invalid credentials provided. Send the installation's token as Authorization: Bearer"
                + " TOKEN, or as the password of Basic.")
        .withHeader("WWW-Authenticate", "Bearer realm=\"Dynode\"");
  }

  static Problem notAcceptable() {
    return new Problem(
        406,
        "not_acceptable",
        "The Accept header must name the version: Accept: application/vnd.heroku+json; version=3");
  }

  static Problem rateLimit() {
    return new Problem(429, "rate_limit", "Your account reached the API rate limit.")
        .withHeader("Retry-After", "1");
  }

  static Problem tooManyWrongTokens() {
    return new Problem(
            429,
            "rate_limit",
            "Too many wrong tokens came from your address. Send a good one, or wait a moment.")
        .withHeader("Retry-After", "5");
  }

  static Problem badRange(String why) {
    return new Problem(
        416,
        "requested_range_not_satisfiable",
        "The Range header is not of the form FIELD FIRST..LAST; max=N, order=asc: " + why);
  }

  static Problem noSuchRange(String field, String known) {
    return new Problem(
            416,
            "requested_range_not_satisfiable",
            "The Range header: this list has no range of " + field + "; it has " + known + ".")
        .withHeader("Accept-Ranges", known);
  }

  public static Problem tooLarge(long bytes) {
    return new Problem(
        413,
        "payload_too_large",
        "The request's body is larger than the limit of " + bytes + " bytes.");
  }

  /** What HTTP itself does not allow. */
  static Problem malformed(int status, String why) {
    String id =
        switch (status) {
          case 413 -> "payload_too_large";
          case 414 -> "uri_too_long";
          case 431 -> "request_header_fields_too_large";
          case 501 -> "not_implemented";
          default -> "bad_request";
        };
    return new Problem(status, id, why.endsWith(".") ? why : why + ".");
  }

  /**
   * The client is told before there is an answer.
   *
   * @param changes whether something may have been done
   */
  static Problem timeout(boolean changes) {
    return unavailable(
        "The request took too long. " + (changes ? Failure.LOOK_FIRST : "Ask again in a moment."));
  }

  private static Problem unavailable(String why) {
    return new Problem(503, "service_unavailable", why).withHeader("Retry-After", "5");
  }

  static Problem unexpected(String requestId) {
    return new Problem(
            500,
            "internal_server_error",
            "Something went wrong on the server; its log says what, under request id "
                + requestId
                + ".")
        .with("request_id", requestId);
  }

  /** What a failure is to be answered with; {@code null}: nobody foresaw it. */
  static @Nullable Problem foreseen(Throwable failure) {
    for (Throwable t = failure; t != null; t = t.getCause()) {
      if (t instanceof Problem.ApiException e) {
        return e.problem();
      }
      if (t instanceof ControlPlane.Unanswered e) {
        return unavailable(String.valueOf(e.getMessage()));
      }
      if (t instanceof EntityStreamSizeException e) {
        return tooLarge(e.limit());
      }
      if (t instanceof IllegalUriException e) {
        return new Problem(400, "bad_request", "The address is malformed: " + e.getMessage() + ".");
      }
      if (t instanceof ExceptionWithErrorInfo e) { // the body's framing, or the client has gone
        return malformed(400, e.info().summary());
      }
      if (!(t instanceof CompletionException) && !(t instanceof java.io.IOException)) {
        return null;
      }
    }
    return null;
  }
}
