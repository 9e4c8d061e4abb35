package dev.dynode.domain.view;

import java.util.Map;

/** Names and values of the config vars of an app or of one of its releases. */
public record ConfigVars(Map<String, String> vars) {}
