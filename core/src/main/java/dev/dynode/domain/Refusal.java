package dev.dynode.domain;

import java.util.List;
import java.util.Map;

/**
 * Why a command was refused. A value, not an exception: refusals are expected.
 *
 * @param message for the person who asked: names the field and the remedy
 * @param details further facts for programs, by API field name; values are strings, numbers or
 *     lists of strings
 */
public record Refusal(Reason reason, String message, Map<String, Object> details) {

  /** The kinds of refusal; the API's edge gives each its status and id. */
  public enum Reason {
    NOT_FOUND,
    INVALID,
    OVER_LIMIT,
    CONFLICT,
    GONE,
    NO_ROOM
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

  /** Every host is full. */
  public static Refusal noRoom() {
    return new Refusal(
        Reason.NO_ROOM,
        "No host has room for another dyno; try again when one has ended.",
        Map.of());
  }

  /** Heroku's {@code cannot_run_above_limit}: the five keys of its body, and who is running. */
  public static Refusal overLimit(int limit, String size, List<String> running) {
    return new Refusal(
        Reason.OVER_LIMIT,
        "Cannot run more than " + limit + " " + size + " size dynos.",
        Map.of("limit", limit, "size", size, "running", running));
  }
}
