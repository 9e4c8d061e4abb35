package dev.dynode.edge.api.logs;

/** A log session. */
public record LogSessionJson(String id, String logplexUrl, String createdAt, String updatedAt) {}
