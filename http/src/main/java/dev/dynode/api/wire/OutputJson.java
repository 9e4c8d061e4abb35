package dev.dynode.api.wire;

/**
 * A line a dyno printed, where it went to the app's log and is still there.
 *
 * @param sequence its place among these lines, from 1
 */
public record OutputJson(int sequence, String at, String text) {}
