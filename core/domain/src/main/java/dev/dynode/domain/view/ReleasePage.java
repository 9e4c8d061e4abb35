package dev.dynode.domain.view;

import java.util.List;
import java.util.Optional;

/**
 * Some of an app's releases, oldest first.
 *
 * @param app its name
 * @param current version of the release new dynos run
 * @param next after which version the next page begins; none: this is the last
 */
public record ReleasePage(
    String app, int current, List<ReleaseSummary> releases, Optional<Integer> next) {}
