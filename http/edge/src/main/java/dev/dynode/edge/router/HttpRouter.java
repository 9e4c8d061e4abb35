package dev.dynode.edge.router;

import dev.dynode.domain.id.AppId;
import dev.dynode.domain.logs.LogLine;
import dev.dynode.domain.view.AppSummary;
import dev.dynode.port.AppQuery;
import dev.dynode.port.ControlPlane;
import dev.dynode.port.ControlPlane.Answer;
import dev.dynode.port.LogStore;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.StatusCodes;
import org.jspecify.annotations.Nullable;

/**
 * Answers HTTP for the apps: the first label of the Host is the app's name. Only dynos of a web
 * formation may ever get a request, never one-off dynos whatever their type; this node runs no
 * formations, so an app's answer is Heroku's H14, or H80 in maintenance, with its log line (article
 * "Error Codes"). Thread-safe.
 */
public record HttpRouter(ControlPlane control, LogStore logs, InstantSource clock) {
  private static final int LONGEST_REQUEST_ID = 200;

  /** Why an app does not answer: how that is logged, and what the caller sees. */
  private enum Reason {
    NO_WEB(
        "error code=H14 desc=\"No web processes running\"",
        "Application error",
        "The app has no web dyno to answer this request."),
    MAINTENANCE(
        "info code=H80 desc=\"Maintenance mode\"",
        "Offline for Maintenance",
        "This application is undergoing maintenance right now. Please check back later."),
    PLATFORM(
        "error code=H99 desc=\"Platform error\"",
        "Application error",
        "The app could not be asked; try again in a moment.");

    private final String logged;
    private final String title;
    private final String text;

    Reason(String logged, String title, String text) {
      this.logged = logged;
      this.title = title;
      this.text = text;
    }
  }

  public CompletionStage<HttpResponse> answer(HttpRequest request) {
    String host = request.getHeader("Host").map(HttpHeader::value).orElse("");
    String name = host.replaceFirst("[.:].*", "");
    AppId app = control.apps().get(name);
    if (app == null) {
      return CompletableFuture.completedStage(
          page(404, "No such app", "There is no app of this name here."));
    }
    return CompletableFuture.completedStage(app)
        .thenCompose(id -> control.ask(id, new AppQuery.Summary()))
        .handle(
            (answer, _) -> {
              Reason reason = reason(answer);
              logs.append(app, line(request, host, reason));
              return page(503, reason.title, reason.text);
            });
  }

  private static Reason reason(@Nullable Answer<AppSummary> answer) {
    if (!(answer instanceof Answer.Done<AppSummary>(AppSummary its))) {
      return Reason.PLATFORM;
    }
    return its.maintenance() ? Reason.MAINTENANCE : Reason.NO_WEB;
  }

  private LogLine line(HttpRequest request, String host, Reason reason) {
    String id =
        request
            .getHeader("X-Request-Id")
            .map(HttpHeader::value)
            .filter(value -> value.length() <= LONGEST_REQUEST_ID && value.matches("[\\w+/=-]+"))
            .orElseGet(() -> UUID.randomUUID().toString());
    Optional<String> from = request.getHeader("X-Forwarded-For").map(HttpHeader::value);
    String path = request.getUri().getPathString();
    String query = request.getUri().rawQueryString().map(q -> "?" + q).orElse("");
    return new LogLine(
        clock.instant().truncatedTo(ChronoUnit.MICROS),
        "heroku",
        "router",
        "at="
            + reason.logged
            + " method="
            + request.method().name()
            + " path=\""
            + (path + query).replace("\"", "%22")
            + "\" host="
            + host
            + " request_id="
            + id
            + " fwd=\""
            + from.orElse("").replace("\"", "")
            + "\" dyno= connect= service= status=503 bytes= protocol=http");
  }

  private static HttpResponse page(int status, String title, String text) {
    return HttpResponse.create()
        .withStatus(StatusCodes.get(status))
        .withEntity(
            ContentTypes.TEXT_HTML_UTF8,
            "<!DOCTYPE html><html><head><title>%1$s</title></head><body><h1>%1$s</h1><p>%2$s</p></body></html>\n"
                .formatted(title, text));
  }
}
