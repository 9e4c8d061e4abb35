package dev.dynode.node;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.dynode.actor.ActorControlPlane;
import dev.dynode.actor.NodeGuardian;
import dev.dynode.actor.Policies;
import dev.dynode.actor.host.HostAgent;
import dev.dynode.actor.host.HostDesk;
import dev.dynode.actor.host.HostLoad;
import dev.dynode.actor.host.HostSurroundings;
import dev.dynode.api.Account;
import dev.dynode.api.ApiSettings;
import dev.dynode.api.BlobLinks;
import dev.dynode.api.Collaborators;
import dev.dynode.api.PlatformApi;
import dev.dynode.api.Shown;
import dev.dynode.api.Tokens;
import dev.dynode.domain.attach.AttachTokens;
import dev.dynode.domain.dyno.DynoCommand;
import dev.dynode.domain.dyno.DynoDecider;
import dev.dynode.domain.dyno.DynoEvent.StopCause;
import dev.dynode.domain.dyno.DynoView;
import dev.dynode.domain.id.AppId;
import dev.dynode.domain.id.HostId;
import dev.dynode.node.NodeStarter.RunningNode;
import dev.dynode.port.ControlPlane.Answer;
import dev.dynode.port.ControlPlane.AppView;
import dev.dynode.port.ProcessRuntime;
import dev.dynode.read.EventHistory;
import dev.dynode.rendezvous.RendezvousServer;
import dev.dynode.rendezvous.RendezvousSettings;
import dev.dynode.replay.EventCodec;
import dev.dynode.replay.LiveActors;
import dev.dynode.router.HttpRouter;
import dev.dynode.runtime.LocalRuntime;
import dev.dynode.runtime.RuntimeSettings;
import dev.dynode.serialization.EventSerialization;
import dev.dynode.store.FileLogStore;
import dev.dynode.store.FileSlugStore;
import dev.dynode.store.LogStoreSettings;
import dev.dynode.store.SlugSettings;
import dev.dynode.tls.LocalAuthority;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.apache.pekko.http.javadsl.Http;
import org.apache.pekko.http.javadsl.ServerBinding;
import org.apache.pekko.http.javadsl.server.Directives;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One JVM with all roles: the parts of Dynode put together on one data folder. */
public final class Node implements RunningNode {
  private static final Logger LOG = LoggerFactory.getLogger(Node.class);
  private static final HostId HOST = new HostId("local");
  private static final Duration START_UP = Duration.ofSeconds(30);
  private static final Duration STOP_MARGIN = Duration.ofSeconds(5);
  private static final long LOOK_MILLIS = 50;

  private final NodeSettings settings;
  private final DataFolder data;
  private final Stores stores;
  private final LocalRuntime runtime;
  private final HostLoad load;
  private final ActorSystem<NodeGuardian.Command> system;
  private final ActorControlPlane control;
  private final RendezvousServer rendezvous;
  private final ServerBinding api;
  private final ServerBinding router;
  private final boolean endsDynos;
  private final LastUse lastUse = new LastUse();
  private final AtomicBoolean closing = new AtomicBoolean();
  private final CountDownLatch stopped = new CountDownLatch(1);

  private record Stores(FileLogStore logs, FileSlugStore slugs) {}

  /** Starts a node and returns once it serves. */
  public static RunningNode start(NodeSettings settings) throws Exception {
    LOG.debug("starting on {}", settings.data()); // before threads that log are
    DataFolder data = DataFolder.hold(settings.data());
    try {
      return new Node(settings, data);
    } catch (Exception e) {
      data.close();
      throw e;
    }
  }

  private Node(NodeSettings settings, DataFolder data) throws Exception {
    this.settings = settings;
    this.data = data;
    Config config = journalIn(data, settings.config());
    Config dynode = config.getConfig("dynode");
    endsDynos = settings.transientNode() || !dynode.getBoolean("node.leave-dynos");
    Clock clock = Clock.systemUTC();
    stores =
        new Stores(
            new FileLogStore(data.resolve("logs"), LogStoreSettings.of(config)),
            new FileSlugStore(data.resolve("slugs"), SlugSettings.of(config)));
    runtime = new LocalRuntime(settings.data(), RuntimeSettings.from(config));
    ProcessRuntime.Recovery recovery = runtime.recover();
    runtime.warmUp();
    load = new HostLoad(HOST, dynode.getInt("host.capacity"));
    var names = new AtomicReference<Map<String, AppId>>(Map.of());
    system =
        ActorSystem.create(
            NodeGuardian.create(
                new NodeGuardian.Parts(
                    Policies.from(dynode),
                    new HostSurroundings(
                        runtime,
                        stores.slugs(),
                        stores.logs(),
                        clock,
                        load,
                        dynode.getInt("host.line-bytes"),
                        dynode.getDuration("host.sample-every")),
                    recovery,
                    dynode.getInt("apps.most"),
                    names::set)),
            "dynode",
            config);
    control =
        new ActorControlPlane(
            system, names::get, system.scheduler(), dynode.getDuration("node.patience"));
    ActorRef<HostAgent.Command> host =
        await(AskPattern.ask(system, NodeGuardian.FindHost::new, START_UP, system.scheduler()));
    var tokens = new AttachTokens(data.attachKey());
    LocalAuthority authority =
        LocalAuthority.open(data.resolve("tls"), settings.publicHost(), clock);
    rendezvous =
        new RendezvousServer(
            new InetSocketAddress(bindAddress(), settings.rendezvousPort()),
            authority.serverContext(),
            new HostDesk(tokens, control, host),
            RendezvousSettings.from(config));
    var routes = new HttpRouter(control, stores.logs(), clock);
    router =
        await(
            Http.get(system)
                .newServerAt(bindAddress(), settings.routerPort())
                .bindSync(routes::answer));
    api = await(platformApi(config, clock, tokens));
    data.publish(address(authority.certificateFile()));
    if (settings.transientNode()) {
      Thread.ofVirtual().start(this::stopWhenUnused);
    }
  }

  private CompletionStage<ServerBinding> platformApi(
      Config config, Clock clock, AttachTokens attach) throws IOException {
    Config account = config.getConfig("dynode.account");
    String email = account.getString("email");
    var codec = new EventCodec(system);
    var with =
        new Collaborators(
            control,
            stores.logs(),
            stores.slugs(),
            stores.slugs()::archive,
            new JournalEvents(new EventHistory(system), codec, system),
            new Shown(EventCodec.mapper(system)),
            new JournalArchive(
                system, codec, new LiveActors(control, config.getDuration("dynode.node.patience"))),
            new Account(
                UUID.nameUUIDFromBytes(email.getBytes(StandardCharsets.UTF_8)),
                email,
                account.getString("name")),
            new Tokens(settings.data()),
            new BlobLinks(data.attachKey()),
            dyno ->
                "rendezvous://"
                    + rendezvous()
                    + "/"
                    + attach.issue(dyno.spec().app(), dyno.spec().id()),
            clock);
    var platform = new PlatformApi(with, ApiSettings.of(config), system);
    return Http.get(system)
        .newServerAt(bindAddress(), settings.apiPort())
        .withSettings(platform.serverSettings(system))
        .bind(
            Directives.mapRequest(
                request -> {
                  lastUse.now();
                  return request;
                },
                platform::route));
  }

  /** The journal lies in the data folder, whatever else is configured. */
  private static Config journalIn(DataFolder data, Config config) {
    return ConfigFactory.parseMap(
            Map.of("dynode.journal.directory", data.resolve("journal").toString()))
        .withFallback(EventSerialization.ofEvents())
        .withFallback(config)
        .resolve();
  }

  /** Loopback unless clients elsewhere are to reach the node. */
  private String bindAddress() {
    return Set.of("127.0.0.1", "localhost").contains(settings.publicHost())
        ? "127.0.0.1"
        : "0.0.0.0";
  }

  private static <T> T await(CompletionStage<T> stage) throws Exception {
    try {
      return stage.toCompletableFuture().get(START_UP.toSeconds(), TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof Exception cause ? cause : e;
    }
  }

  private String address(Path authority) throws IOException {
    Map<String, Object> address = new LinkedHashMap<>();
    address.put("pid", ProcessHandle.current().pid());
    address.put("started_at", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
    address.put("api", api().toString());
    address.put("rendezvous_ca", authority.toString());
    address.put("transient", settings.transientNode());
    return new ObjectMapper().writeValueAsString(address);
  }

  @Override
  public URI api() {
    return URI.create("http://" + settings.publicHost() + ":" + api.localAddress().getPort());
  }

  @Override
  public String rendezvous() {
    return settings.publicHost() + ":" + rendezvous.port();
  }

  @Override
  public String router() {
    return settings.publicHost() + ":" + router.localAddress().getPort();
  }

  @Override
  public void awaitStop() throws InterruptedException {
    stopped.await();
  }

  /**
   * A transient node stops once it has had a dyno, none is left and nobody has asked for a while.
   */
  private void stopWhenUnused() {
    Duration linger = settings.config().getDuration("dynode.node.transient-linger");
    try {
      do {
        TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
      } while (load.total() == 0 || liveDynos() > 0 || lastUse.since().compareTo(linger) < 0);
      close();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private int liveDynos() {
    return load.dynos() > 0
        ? load.dynos()
        : control.apps().values().stream().mapToInt(app -> live(app).size()).sum();
  }

  private List<DynoView> live(AppId app) {
    try {
      return await(control.look(app)) instanceof Answer.Done<AppView>(AppView view)
          ? view.live()
          : List.of();
    } catch (Exception e) {
      return List.of();
    }
  }

  /**
   * Stops in order: no new request is taken, then the node ends. Dynos go on, unless they are to
   * end with it: then every one is stopped (SIGTERM, grace, SIGKILL) and its end journaled.
   */
  @Override
  public void close() {
    if (!closing.compareAndSet(false, true)) {
      return;
    }
    try {
      await(router.unbind());
      await(api.unbind());
      if (endsDynos) {
        stopDynos();
      }
      system.terminate();
      await(system.getWhenTerminated());
      rendezvous.close();
    } catch (Exception e) {
      LOG.warn("the node did not stop in order", e);
    } finally {
      if (endsDynos) {
        runtime.close();
      } else {
        runtime.leave();
      }
      stores.logs().close();
      try {
        data.close();
      } catch (IOException e) {
        LOG.warn("the data folder could not be let go", e);
      }
      stopped.countDown();
    }
  }

  private void stopDynos() throws InterruptedException {
    Duration grace = settings.config().getDuration("dynode.dynos.grace");
    long deadline = System.nanoTime() + grace.plus(STOP_MARGIN).toNanos();
    for (AppId app : control.apps().values()) {
      for (DynoView dyno : live(app)) {
        var _ =
            control.tell(
                app,
                dyno.spec().id(),
                new DynoCommand.Stop(DynoDecider.SYSTEM, StopCause.NODE_SHUTDOWN));
      }
    }
    while (liveDynos() > 0 && System.nanoTime() < deadline) {
      TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
    }
  }
}
