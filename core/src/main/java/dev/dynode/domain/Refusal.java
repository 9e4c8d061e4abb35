package dev.dynode.domain;

import java.util.List;
import java.util.Map;

/**
 * Why a command was refused. A value, not an exception: refusals are expected.
 *
 * @param message for the person who asked: names the field and the remedy
 * @param details further facts for programs, by API field name; values are strings, numbers or
 *     lists of strings. An {@code id} tells more than the reason does, which old journals and nodes
 *     know
 */
public record Refusal(Reason reason, String message, Map<String, Object> details) {

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

  /** Every host is full. */
  public static Refusal noRoom() {
    return new Refusal(
        Reason.NO_ROOM,
        "No host has room for another dyno; try again when one has ended.",
        Map.of());
  }

  /** None is heard of: they are down, or have not found the control plane again. */
  public static Refusal noHost() {
    return new Refusal(
        Reason.NO_ROOM,
        "No host is connected, so no dyno can be started; try again when one is (dynode host list).",
        Map.of("id", "no_host"));
  }

  public static Refusal allDraining() {
    return new Refusal(
        Reason.NO_ROOM,
        "Every host is draining and takes no new dynos; add one, or take one back (dynode host"
            + " undrain).",
        Map.of());
  }

  /** No host, however empty, may promise so much memory. */
  public static Refusal tooSmall(long bytes, long largest) {
    return new Refusal(
        Reason.NO_ROOM,
        "No host is large enough for a dyno of this size: it is promised %d MiB of memory, the largest host has %d MiB to promise; ask for a smaller size."
            .formatted(bytes >> 20, largest >> 20),
        Map.of());
  }

  /** Some hosts do not answer, and the others are full. */
  public static Refusal silent(int hosts) {
    return new Refusal(
        Reason.NO_ROOM,
        "%d of the hosts did not answer, and no other has room for another dyno; try again in a moment."
            .formatted(hosts),
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
