package dev.dynode.simulator.load;

import java.time.Duration;
import java.util.Optional;

/**
 * One dyno that is asked for.
 *
 * @param at nanoseconds from the start of the run
 * @param command what the story calls it
 * @param size as the API spells it; empty: the app's
 */
public record Request(
    long at,
    String command,
    Optional<String> size,
    boolean attach,
    Optional<Duration> timeToLive,
    Behaviour behaviour) {}
