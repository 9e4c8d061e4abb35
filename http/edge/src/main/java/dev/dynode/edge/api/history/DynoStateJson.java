package dev.dynode.edge.api.history;

import java.util.Map;

/**
 * A dyno at some moment of its story.
 *
 * @param sequence events until then
 * @param state in one word
 */
public record DynoStateJson(long sequence, String state, Map<String, Object> details) {}
