package dev.dynode.actor.app;

import dev.dynode.actor.host.HostAgent;
import dev.dynode.domain.app.AppPolicy;
import dev.dynode.domain.id.AppId;
import dev.dynode.port.HostDirectory;
import dev.dynode.port.LogStore;
import java.time.InstantSource;
import java.util.function.BiConsumer;
import org.apache.pekko.actor.typed.ActorRef;

/** What an app's actors need of the node. */
public record AppSurroundings(
    AppPolicy policy,
    InstantSource clock,
    LogStore logs,
    HostDirectory hosts,
    ActorRef<HostAgent.Command> host,
    BiConsumer<String, AppId> freeName) {}
