package dev.dynode.edge.api.request;

import dev.dynode.domain.Text;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;

/**
 * An error as the API tells it: {@code id}, {@code message} and further keys (devcenter
 * "platform-api-reference", Errors).
 *
 * @param headers further headers of the answer
 */
public record Problem(
    int status,
    String id,
    String message,
    Map<String, Object> further,
    Map<String, String> headers) {
  public Problem {
    message = Text.kept(message); // it may repeat what was sent
  }

  public Problem(int status, String id, String message) {
    this(status, id, message, Map.of(), Map.of());
  }

  public Problem with(String key, Object value) {
    var more = new LinkedHashMap<>(further);
    more.put(key, value);
    return new Problem(status, id, message, more, headers);
  }

  public Problem withHeader(String name, String value) {
    var more = new LinkedHashMap<>(headers);
    more.put(name, value);
    return new Problem(status, id, message, further, more);
  }

  public HttpResponse response() {
    var body = new LinkedHashMap<String, Object>();
    body.put("id", id);
    body.put("message", message);
    body.putAll(further);
    HttpResponse response = Json.response(status, body);
    for (Map.Entry<String, String> header : headers.entrySet()) {
      response = response.addHeader(RawHeader.create(header.getKey(), header.getValue()));
    }
    return response;
  }

  /** To be answered with this. */
  public ApiException exception() {
    return new ApiException(this);
  }

  /** Carries a problem from where a request is read to where it is answered. */
  public static final class ApiException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Problem problem;

    private ApiException(Problem problem) {
      super(problem.message(), null, false, false);
      this.problem = problem;
    }

    Problem problem() {
      return problem;
    }
  }
}
