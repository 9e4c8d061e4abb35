package dev.dynode.api.wire;

import java.util.List;
import java.util.Map;

/**
 * One journaled event of a dyno.
 *
 * @param before the dyno's state until then, in one word
 * @param orders what was to be done because of it
 */
public record EventJson(
    long sequence,
    String at,
    String by,
    String type,
    int generation,
    Map<String, Object> details,
    String before,
    String after,
    List<OrderJson> orders) {

  /**
   * What was to be done.
   *
   * @param outcome {@code done}, {@code failed}, or {@code untold} where no event tells
   * @param told what tells it, for people
   */
  public record OrderJson(String type, Map<String, Object> details, String outcome, String told) {}
}
