package dev.dynode.node;

import com.typesafe.config.Config;
import dev.dynode.domain.app.DynoView;
import dev.dynode.domain.attach.AttachTokens;
import dev.dynode.edge.api.PlatformApi;
import dev.dynode.edge.api.context.Account;
import dev.dynode.edge.api.context.BlobLinks;
import dev.dynode.edge.api.context.Collaborators;
import dev.dynode.edge.api.context.Shown;
import dev.dynode.edge.api.request.ApiSettings;
import dev.dynode.edge.router.HttpRouter;
import dev.dynode.edge.server.ConnectionLimits;
import dev.dynode.edge.server.HttpServer;
import dev.dynode.engine.ActorControlPlane;
import dev.dynode.engine.actor.Hosts;
import dev.dynode.journal.Rows;
import dev.dynode.postgres.PostgresRows;
import dev.dynode.replay.EventCodec;
import dev.dynode.replay.LiveActors;
import dev.dynode.replay.StoryArchive;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.http.javadsl.server.Directives;
import org.apache.pekko.http.javadsl.settings.ServerSettings;

/** What clients of a node reach: the Platform API and the router of apps. */
final class Edge {
  private final String publicHost;
  private final HttpServer.Bound api;
  private final HttpServer.Bound router;

  private Edge(String publicHost, HttpServer.Bound api, HttpServer.Bound router) {
    this.publicHost = publicHost;
    this.api = api;
    this.router = router;
  }

  /**
   * What an edge works with.
   *
   * @param relay host and port at which clients attach to dynos of any host; empty: at their hosts
   */
  record Parts(
      NodeSettings settings,
      String bind,
      Stores stores,
      ActorControlPlane control,
      Hosts hosts,
      Supplier<String> relay,
      AttachTokens tokens,
      Clock clock,
      Config config,
      LastUse lastUse) {

    /** Where a client attaches to a dyno: at its host, unless only edges can be reached. */
    private Optional<String> attachUrl(DynoView dyno) {
      return (relay.get().isEmpty()
              ? dyno.host().flatMap(hosts::rendezvous)
              : Optional.of(relay.get()))
          .filter(at -> !at.isEmpty())
          .map(at -> "rendezvous://" + at + "/" + tokens.issue(dyno.app(), dyno.id()));
    }
  }

  static Edge open(Parts parts, ActorSystem<?> system) throws Exception {
    NodeSettings settings = parts.settings();
    var routes = new HttpRouter(parts.control(), parts.stores().logs(), parts.clock());
    HttpServer.Bound router =
        Ports.open(
            "router-port",
            parts.bind(),
            settings.routerPort(),
            () ->
                Node.await(
                    HttpServer.bind(
                        system,
                        parts.bind(),
                        settings.routerPort(),
                        ConnectionLimits.of(parts.config().getConfig("dynode.router")),
                        ServerSettings.create(system.classicSystem()),
                        request -> {
                          request.discardEntityBytes(system);
                          return routes.answer(request);
                        })));
    var platform =
        new PlatformApi(
            collaborators(parts, system),
            ApiSettings.of(parts.config(), router.address().getPort()),
            system);
    HttpServer.Bound api =
        Ports.open(
            "api-port",
            parts.bind(),
            settings.apiPort(),
            () ->
                Node.await(
                    platform.bind(
                        system,
                        parts.bind(),
                        settings.apiPort(),
                        Directives.mapRequest(
                            request -> {
                              parts.lastUse().now();
                              return request;
                            },
                            platform::route))));
    return new Edge(settings.publicHost(), api, router);
  }

  private static Collaborators collaborators(Parts parts, ActorSystem<?> system) {
    Config account = parts.config().getConfig("dynode.account");
    String email = ApiSettings.text(account, "email");
    var codec = new EventCodec(parts.config());
    Stores stores = parts.stores();
    StoryArchive moved = PostgresRows.archive(system);
    Supplier<Rows> journal = () -> moved.over(PostgresRows.of(system));
    return new Collaborators(
        parts.control(),
        parts.hosts(),
        stores.logs(),
        stores.slugs(),
        stores.archives(),
        new JournalEvents(
            codec, journal, system.dispatchers().lookup(DispatcherSelector.blocking())),
        new Shown(codec.mapper()),
        new JournalArchive(
            journal,
            codec,
            new LiveActors(parts.control(), parts.config().getDuration("dynode.node.patience"))),
        new Account(
            UUID.nameUUIDFromBytes(email.getBytes(StandardCharsets.UTF_8)),
            email,
            ApiSettings.text(account, "name")),
        stores.secrets().tokens(),
        new BlobLinks(stores.secrets().attachKey()),
        parts::attachUrl,
        parts.clock());
  }

  URI api() {
    return URI.create("http://" + publicHost + ":" + api.address().getPort());
  }

  String router() {
    return publicHost + ":" + router.address().getPort();
  }

  /** Takes no more calls, and waits so long for those that have begun. */
  void close(Duration patience) throws Exception {
    var routed = router.close(patience);
    var answered = api.close(patience);
    Node.await(routed);
    Node.await(answered);
  }
}
