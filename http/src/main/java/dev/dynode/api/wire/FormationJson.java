package dev.dynode.api.wire;

/** A process type of the current release. */
public record FormationJson(
    Named app,
    String id,
    String type,
    String command,
    int quantity,
    String size,
    Named dynoSize,
    String createdAt,
    String updatedAt) {}
