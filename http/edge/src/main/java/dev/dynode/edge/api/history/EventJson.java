package dev.dynode.edge.api.history;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One journaled event of a dyno or an app.
 *
 * @param before the dyno's state until then, in one word
 * @param generation none of an app
 * @param orders what was to be done because of it
 * @param state the whole of it after the event, where that was asked for
 */
public record EventJson(
    long sequence,
    String at,
    String by,
    String type,
    @Nullable Integer generation,
    Map<String, Object> details,
    String before,
    String after,
    List<OrderJson> orders,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Map<String, Object> state) {

  /**
   * What was to be done.
   *
   * @param outcome {@code done}, {@code failed}, or {@code untold} where no event tells
   * @param told what tells it, for people
   */
  public record OrderJson(String type, Map<String, Object> details, String outcome, String told) {}
}
