package dev.dynode.domain.placement;

/**
 * Why a host was chosen: of so many hosts it was the emptiest.
 *
 * @param dynos dynos it had then
 * @param capacity most dynos it may have
 */
public record Grounds(int hosts, int dynos, int capacity) {}
