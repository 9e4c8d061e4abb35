package dev.dynode.edge.api.context;

import java.util.UUID;

/** The account all tokens of this installation belong to. */
public record Account(UUID id, String email, String name) {}
