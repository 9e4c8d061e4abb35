package dev.dynode.edge.api.context;

import dev.dynode.edge.api.request.ApiSettings;
import dev.dynode.edge.api.request.Body;
import dev.dynode.edge.api.request.Coding;
import dev.dynode.edge.api.request.Errors;
import dev.dynode.edge.server.Connection;
import dev.dynode.port.ControlPlane;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.ClassicActorSystemProvider;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.Uri;

/**
 * A request that may be answered.
 *
 * @param control does nothing more once the client has been told that its request took too long
 */
public record Call(
    HttpRequest request,
    Account account,
    ControlPlane control,
    ApiSettings settings,
    ClassicActorSystemProvider system) {

  /** Whom events name. */
  public String by() {
    return account.email();
  }

  public Optional<String> header(String name) {
    return request.getHeader(name).map(header -> header.value());
  }

  /** A parameter of the query, in which brackets may stand as they are. */
  public Optional<String> parameter(String name) {
    return request.getUri().query(StandardCharsets.UTF_8, Uri.RELAXED).get(name);
  }

  public boolean asks(String parameter) {
    return parameter(parameter).filter("true"::equals).isPresent();
  }

  /** Its secret address is as good as a token: its connection is not closed for another's sake. */
  public void trust() {
    Connection.of(request).ifPresent(Connection::trust);
  }

  /** The body, read whole; neither what is sent nor what that unpacks to may be too large. */
  public CompletionStage<Body> body() {
    String coding = Coding.of(request);
    if (request.entity().getContentLengthOption().orElse(0) > settings.maxJson()) {
      throw Errors.tooLarge(settings.maxJson()).exception();
    }
    return request
        .entity()
        .withSizeLimit(settings.maxJson())
        .toStrict(settings.jsonTimeout().toMillis(), system)
        .thenApply(
            strict ->
                Body.read(
                    Coding.undo(coding, strict.getData().toArrayUnsafe(), settings.maxJson())));
  }

  /** What this server's addresses begin with, as the client may reach it. */
  public String publicUrl() {
    if (!settings.publicUrl().isEmpty()) {
      return settings.publicUrl();
    }
    String scheme =
        header("x-forwarded-proto").filter("https"::equals).orElse(request.getUri().scheme());
    return scheme
        + "://"
        + header("host")
            .orElseGet(() -> request.getUri().getHost() + ":" + request.getUri().getPort());
  }
}
