package dev.dynode.domain.placement;

import java.util.Optional;

/**
 * Why a host was chosen.
 *
 * @param hosts of so many
 * @param dynos dynos it had then
 * @param capacity most dynos it may have
 * @param placement by which rule; older events do not tell
 */
public record Grounds(int hosts, int dynos, int capacity, Optional<Placement> placement) {}
