package dev.dynode.edge.api.history;

/**
 * A line a dyno printed, where it went to the app's log and is still there.
 *
 * @param sequence its place among these lines, from 1
 * @param offset bytes of these lines before it, each with its line feed
 */
public record OutputJson(int sequence, long offset, String at, String text) {}
