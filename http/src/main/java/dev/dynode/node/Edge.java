package dev.dynode.node;

import com.typesafe.config.Config;
import dev.dynode.actor.ActorControlPlane;
import dev.dynode.actor.host.Hosts;
import dev.dynode.api.Account;
import dev.dynode.api.ApiSettings;
import dev.dynode.api.BlobLinks;
import dev.dynode.api.Collaborators;
import dev.dynode.api.PlatformApi;
import dev.dynode.api.Shown;
import dev.dynode.domain.attach.AttachTokens;
import dev.dynode.domain.dyno.DynoView;
import dev.dynode.replay.EventCodec;
import dev.dynode.replay.LiveActors;
import dev.dynode.router.HttpRouter;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.http.javadsl.Http;
import org.apache.pekko.http.javadsl.ServerBinding;
import org.apache.pekko.http.javadsl.server.Directives;

/** What clients of a node reach: the Platform API and the router of apps. */
final class Edge {
  private final String publicHost;
  private final ServerBinding api;
  private final ServerBinding router;

  private Edge(String publicHost, ServerBinding api, ServerBinding router) {
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
          .map(
              at -> "rendezvous://" + at + "/" + tokens.issue(dyno.spec().app(), dyno.spec().id()));
    }
  }

  static Edge open(Parts parts, ActorSystem<?> system) throws Exception {
    NodeSettings settings = parts.settings();
    var routes = new HttpRouter(parts.control(), parts.stores().logs(), parts.clock());
    ServerBinding router =
        Ports.open(
            "router-port",
            settings.routerPort(),
            () ->
                Node.await(
                    Http.get(system)
                        .newServerAt(parts.bind(), settings.routerPort())
                        .bindSync(routes::answer)));
    var platform =
        new PlatformApi(collaborators(parts, system), ApiSettings.of(parts.config()), system);
    var answers =
        Directives.mapRequest(
            request -> {
              parts.lastUse().now();
              return request;
            },
            platform::route);
    ServerBinding api =
        Ports.open(
            "api-port",
            settings.apiPort(),
            () ->
                Node.await(
                    Http.get(system)
                        .newServerAt(parts.bind(), settings.apiPort())
                        .withSettings(platform.serverSettings(system))
                        .bind(answers)));
    return new Edge(settings.publicHost(), api, router);
  }

  private static Collaborators collaborators(Parts parts, ActorSystem<?> system) {
    Config account = parts.config().getConfig("dynode.account");
    String email = account.getString("email");
    var codec = new EventCodec(system);
    Stores stores = parts.stores();
    return new Collaborators(
        parts.control(),
        parts.hosts(),
        stores.logs(),
        stores.slugs(),
        stores.archives(),
        new JournalEvents(codec, system),
        new Shown(EventCodec.mapper(system)),
        new JournalArchive(
            system,
            codec,
            new LiveActors(parts.control(), parts.config().getDuration("dynode.node.patience"))),
        new Account(
            UUID.nameUUIDFromBytes(email.getBytes(StandardCharsets.UTF_8)),
            email,
            account.getString("name")),
        stores.secrets().tokens(),
        new BlobLinks(stores.secrets().attachKey()),
        parts::attachUrl,
        parts.clock());
  }

  URI api() {
    return URI.create("http://" + publicHost + ":" + api.localAddress().getPort());
  }

  String router() {
    return publicHost + ":" + router.localAddress().getPort();
  }

  /** Takes no more calls, and waits so long for those that have begun. */
  void close(Duration patience) throws Exception {
    var routed = router.terminate(patience);
    var answered = api.terminate(patience);
    Node.await(routed);
    Node.await(answered);
  }
}
