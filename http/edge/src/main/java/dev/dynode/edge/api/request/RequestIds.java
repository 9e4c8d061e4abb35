package dev.dynode.edge.api.request;

import java.util.UUID;
import java.util.regex.Pattern;
import org.apache.pekko.http.javadsl.model.AttributeKey;
import org.apache.pekko.http.javadsl.model.HttpRequest;

/**
 * The {@code Request-Id} of an answer: an id of our own, then those the client sent, up to 7 KiB as
 * the heroku command does.
 */
final class RequestIds {
  static final AttributeKey<String> KEY = AttributeKey.create("request-id", String.class);

  private static final int MOST = 7 * 1024;
  private static final Pattern ID = Pattern.compile("[\\w.:+/=-]{1,200}");

  private RequestIds() {}

  static String of(HttpRequest request) {
    var ids = new StringBuilder(UUID.randomUUID().toString());
    request
        .getHeader("request-id")
        .ifPresent(
            header -> {
              for (String part : header.value().split(",", -1)) {
                String id = part.strip();
                if (ID.matcher(id).matches() && ids.length() + 1 + id.length() <= MOST) {
                  ids.append(',').append(id);
                }
              }
            });
    return ids.toString();
  }

  /** Our own id. */
  static String own(String ids) {
    int comma = ids.indexOf(',');
    return comma < 0 ? ids : ids.substring(0, comma);
  }
}
