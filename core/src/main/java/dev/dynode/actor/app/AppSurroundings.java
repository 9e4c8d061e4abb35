package dev.dynode.actor.app;

import dev.dynode.actor.host.Hosts;
import dev.dynode.domain.app.AppPolicy;
import dev.dynode.domain.id.AppId;
import dev.dynode.domain.placement.Placement;
import dev.dynode.port.LogStore;
import java.time.InstantSource;
import java.util.function.BiConsumer;

/** What an app's actors need of the node. */
public record AppSurroundings(
    AppPolicy policy,
    InstantSource clock,
    LogStore logs,
    Hosts hosts,
    Placement placement,
    BiConsumer<String, AppId> freeName) {}
