package dev.dynode.domain.view;

import java.util.Map;

/**
 * What the current release of an app declares.
 *
 * @param commands by process type
 */
public record ProcessTypes(AppSummary app, Map<String, String> commands) {}
