package dev.dynode.domain;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Why a command was refused. A value, not an exception: refusals are expected.
 *
 * @param message for the person who asked: names the field and the remedy
 * @param details further facts for programs, by API field name; values are strings, numbers or
 *     lists of strings. An {@code id} tells more than the reason does, which old journals and nodes
 *     know
 * @param shortage of what there was too little, where no host had a place
 */
public record Refusal(
    Reason reason, String message, Map<String, Object> details, Optional<Shortage> shortage) {
  public Refusal(Reason reason, String message, Map<String, Object> details) {
    this(reason, message, details, Optional.empty());
  }

  /** The kinds of refusal; the API's edge gives each its status and id. */
  public enum Reason {
    NOT_FOUND,
    INVALID,
    OVER_LIMIT,
    CONFLICT,
    GONE,
    NO_ROOM,
    /** Never journaled. Sent only to those who have said until when they wait. */
    LATE
  }

  public static Refusal notFound(String resource) {
    return new Refusal(
        Reason.NOT_FOUND, "Couldn't find that " + resource + ".", Map.of("resource", resource));
  }

  public static Refusal invalid(String message) {
    return new Refusal(Reason.INVALID, message, Map.of());
  }

  public static Refusal conflict(String message) {
    return new Refusal(Reason.CONFLICT, message, Map.of());
  }

  /** It was there, and is no more. */
  public static Refusal gone(String message) {
    return new Refusal(Reason.GONE, message, Map.of());
  }

  /** Whoever asked waits no longer. */
  public static Refusal late() {
    return new Refusal(
        Reason.LATE,
        "This did not reach the app's record in time, and nothing was done; ask again in a moment.",
        Map.of());
  }

  /**
   * Heroku's {@code cannot_run_above_limit}: the five keys of its body, and the first of those who
   * run.
   */
  public static Refusal overLimit(int limit, String size, List<String> running) {
    return new Refusal(
        Reason.OVER_LIMIT,
        "Cannot run more than " + limit + " " + size + " size dynos.",
        Map.of("limit", limit, "size", size, "running", running));
  }
}
