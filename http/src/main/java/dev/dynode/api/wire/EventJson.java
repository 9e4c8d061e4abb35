package dev.dynode.api.wire;

import java.util.Map;

/** One journaled event of a dyno. */
public record EventJson(
    long sequence,
    String at,
    String by,
    String type,
    int generation,
    Map<String, Object> details) {}
