package dev.dynode.edge.api.catalog;

import com.fasterxml.jackson.annotation.JsonProperty;

/** A stack. */
public record StackJson(
    String id,
    String name,
    @JsonProperty("default") boolean usual,
    String state,
    String createdAt,
    String updatedAt) {}
