package dev.dynode.engine.actor;

import dev.dynode.domain.app.AppPolicy;
import dev.dynode.domain.id.AppId;
import dev.dynode.domain.id.SlugId;
import dev.dynode.domain.placement.Placement;
import dev.dynode.port.LogStore;
import java.time.InstantSource;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * What an app's actors need of the node.
 *
 * @param removeSlugs forgets archives and files of slugs; returns at once
 */
public record AppSurroundings(
    AppPolicy policy,
    InstantSource clock,
    LogStore logs,
    Hosts hosts,
    Placement placement,
    BiConsumer<String, AppId> freeName,
    Consumer<List<SlugId>> removeSlugs) {}
