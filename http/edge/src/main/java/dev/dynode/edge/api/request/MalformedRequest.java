package dev.dynode.edge.api.request;

import org.apache.pekko.event.LoggingAdapter;
import org.apache.pekko.http.ParsingErrorHandler;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.scaladsl.model.ErrorInfo;
import org.apache.pekko.http.scaladsl.model.StatusCode;
import org.apache.pekko.http.scaladsl.settings.ServerSettings;

/**
 * What is no HTTP is answered in the API's form of errors, and not logged: whoever needs no token
 * to send it could fill the log.
 */
public final class MalformedRequest extends ParsingErrorHandler {
  /** Pekko finds the handler by this name. */
  @SuppressWarnings("ConstantName")
  public static final MalformedRequest MODULE$ = new MalformedRequest();

  @Override
  public HttpResponse handle(
      StatusCode status, ErrorInfo error, LoggingAdapter log, ServerSettings settings) {
    return Errors.malformed(status.intValue(), error.summary()).response();
  }
}
