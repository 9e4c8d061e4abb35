package dev.dynode.actor.host;

import dev.dynode.port.LogStore;
import dev.dynode.port.ProcessRuntime;
import dev.dynode.port.SlugStore;
import java.time.InstantSource;

/**
 * What the actors of a host need of it.
 *
 * @param lineBytes longest log line of a program's output; longer ones are split
 */
public record HostSurroundings(
    ProcessRuntime runtime,
    SlugStore slugs,
    LogStore logs,
    InstantSource clock,
    HostLoad load,
    int lineBytes) {}
