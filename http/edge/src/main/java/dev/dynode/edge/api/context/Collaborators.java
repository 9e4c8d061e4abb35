package dev.dynode.edge.api.context;

import dev.dynode.domain.app.DynoView;
import dev.dynode.edge.api.request.Tokens;
import dev.dynode.engine.actor.Hosts;
import dev.dynode.port.ControlPlane;
import dev.dynode.port.LogStore;
import dev.dynode.port.SlugStore;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Function;

/**
 * Whom the API works with.
 *
 * @param attachUrl where a client attaches to a dyno, {@code rendezvous://host:port/token}; none
 *     while its host was not heard of here
 * @param blobs made of the installation's secret, so that every node understands every address
 */
public record Collaborators(
    ControlPlane control,
    Hosts hosts,
    LogStore logs,
    SlugStore slugs,
    SlugArchives archives,
    EventLog events,
    Shown shown,
    Archive archive,
    Account account,
    Tokens tokens,
    BlobLinks blobs,
    Function<DynoView, Optional<String>> attachUrl,
    InstantSource clock) {}
