package dev.dynode.api.wire;

/** A log session. */
public record LogSessionJson(String id, String logplexUrl, String createdAt, String updatedAt) {}
