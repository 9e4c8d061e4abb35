package dev.dynode.edge.api.json;

/** A thing by id. */
public record Identity(String id) {}
