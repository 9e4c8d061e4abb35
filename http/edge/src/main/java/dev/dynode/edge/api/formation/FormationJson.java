package dev.dynode.edge.api.formation;

import dev.dynode.edge.api.json.Named;

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
