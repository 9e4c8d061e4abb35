package dev.dynode.api.wire;

/** A thing by id. */
public record Identity(String id) {}
