package dev.dynode.node;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.dynode.actor.ActorControlPlane;
import dev.dynode.actor.ClusterGuardian;
import dev.dynode.actor.NodeGuardian;
import dev.dynode.actor.NodeGuardian.Reached;
import dev.dynode.actor.Policies;
import dev.dynode.actor.host.HostDesk;
import dev.dynode.actor.host.KnownHosts;
import dev.dynode.domain.attach.AttachTokens;
import dev.dynode.domain.dyno.DynoCommand;
import dev.dynode.domain.dyno.DynoDecider;
import dev.dynode.domain.dyno.DynoEvent.StopCause;
import dev.dynode.domain.dyno.DynoView;
import dev.dynode.domain.id.AppId;
import dev.dynode.domain.id.HostId;
import dev.dynode.domain.placement.Placement;
import dev.dynode.node.Membership.Role;
import dev.dynode.node.NodeStarter.RunningNode;
import dev.dynode.port.AttachDesk;
import dev.dynode.port.ControlPlane.Answer;
import dev.dynode.port.ControlPlane.AppView;
import dev.dynode.postgres.OneCluster;
import dev.dynode.read.NamesProjection;
import dev.dynode.rendezvous.RelayDesk;
import dev.dynode.rendezvous.RendezvousServer;
import dev.dynode.rendezvous.RendezvousSettings;
import dev.dynode.serialization.EventSerialization;
import dev.dynode.tls.LocalAuthority;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.pekko.Done;
import org.apache.pekko.actor.BootstrapSetup;
import org.apache.pekko.actor.CoordinatedShutdown;
import org.apache.pekko.actor.setup.ActorSystemSetup;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One JVM of Dynode: alone on its data folder, with all roles, or one of a cluster, with those it
 * was given.
 */
public final class Node implements RunningNode {
  private static final Logger LOG = LoggerFactory.getLogger(Node.class);
  private static final Duration START_UP = Duration.ofSeconds(30);
  private static final Duration STOP_MARGIN = Duration.ofSeconds(5);
  private static final long LOOK_MILLIS = 50;

  /** How long calls that have begun may take, once no new ones are taken. */
  private static final Duration LAST_CALLS = Duration.ofSeconds(10);

  /** The same where nobody can answer them but by saying so. */
  private static final Duration IN_VAIN = Duration.ofSeconds(3);

  /** What the host of a node that is alone is called. */
  static final String ALONE = "local";

  private final NodeSettings settings;
  private final DataFolder data;
  private final Stores stores;
  private final Optional<Machine> machine;
  private final ActorSystem<NodeGuardian.Command> system;
  private final ActorControlPlane control;
  private final Optional<RendezvousServer> rendezvous;
  private final Optional<Edge> edge;
  private final Optional<Health> health;
  private final boolean endsDynos;
  private final boolean throughEdges;
  private final LastUse lastUse = new LastUse();
  private final AtomicBoolean closing = new AtomicBoolean();

  /** Done when every call has its answer, or never will. */
  private final CompletableFuture<Done> answered = new CompletableFuture<>();

  private final CountDownLatch stopped = new CountDownLatch(1);
  private volatile boolean removed;

  /** Starts a node and returns once it serves. */
  public static RunningNode start(NodeSettings settings) throws Exception {
    LOG.debug("starting on {}", settings.data()); // before threads that log are
    DataFolder data = DataFolder.hold(settings.data());
    try {
      if (settings.membership().isEmpty()) {
        Relocation.requireNotDone(settings.data());
      }
      return new Node(settings, data);
    } catch (Exception e) {
      data.close();
      throw e;
    }
  }

  private Node(NodeSettings settings, DataFolder data) throws Exception {
    this.settings = settings;
    this.data = data;
    Config config = complete(settings, data);
    Config dynode = config.getConfig("dynode");
    endsDynos = settings.transientNode() || !dynode.getBoolean("node.leave-dynos");
    Clock clock = Clock.systemUTC();
    stores =
        settings.membership().isEmpty()
            ? Stores.inFolder(data, settings.data(), settings.publicHost(), config)
            : Stores.inDatabase(
                data,
                settings.data(),
                settings.publicHost(),
                config,
                settings
                    .membership()
                    .filter(member -> member.has(Role.HOST))
                    .map(Membership::hostName));
    machine =
        has(Role.HOST)
            ? Optional.of(
                Machine.start(
                    new HostId(settings.membership().map(Membership::hostName).orElse(ALONE)),
                    settings.data(),
                    config))
            : Optional.empty();
    var address = new AtomicReference<>("");
    Optional<NodeGuardian.Host> host =
        machine.map(here -> here.parts(stores, clock, config, address::get));
    var alone = new AtomicReference<Map<String, AppId>>(Map.of());
    var projection = new NamesProjection();
    Supplier<Map<String, AppId>> names = settings.membership().isEmpty() ? alone::get : projection;
    Consumer<Map<String, AppId>> told = settings.membership().isEmpty() ? alone::set : _ -> {};
    var parts =
        new NodeGuardian.Control(
            Policies.from(dynode),
            Placement.valueOf(dynode.getString("placement").toUpperCase(Locale.ROOT)),
            clock,
            stores.logs(),
            dynode.getInt("apps.most"),
            dynode.getDuration("apps.check-names-after"),
            told);
    system =
        settings.membership().isEmpty()
            ? ActorSystem.create(NodeGuardian.create(parts, host.orElseThrow()), "dynode", config)
            : clustered(parts, host, config);
    Reached reached =
        await(AskPattern.ask(system, NodeGuardian.Find::new, START_UP, system.scheduler()));
    control =
        new ActorControlPlane(
            system,
            reached.directory(),
            names,
            system.scheduler(),
            patience(dynode, clock),
            Optional.empty());
    var tokens = new AttachTokens(stores.secrets().attachKey());
    throughEdges = config.getBoolean("dynode.rendezvous.through-edges");
    Optional<AttachDesk> desk =
        reached
            .agent()
            .<AttachDesk>map(agent -> new HostDesk(tokens, control, agent))
            .or(() -> relay(reached, tokens, config));
    rendezvous =
        desk.isPresent()
            ? Optional.of(
                new RendezvousServer(
                    new InetSocketAddress(bindAddress(), settings.rendezvousPort()),
                    stores.secrets().authority().serverContext(),
                    desk.get(),
                    RendezvousSettings.from(config)))
            : Optional.empty();
    rendezvous.ifPresent(server -> address.set(settings.publicHost() + ":" + server.port()));
    if (settings.membership().isPresent()) {
      join(settings.membership().get(), dynode.getConfig("cluster"));
      projection.start(system);
      if (has(Role.CONTROL) || has(Role.EDGE)) {
        while (!reached.hosts().settled() && !removed) {
          TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
        }
      }
    }
    edge =
        has(Role.EDGE)
            ? Optional.of(
                Edge.open(
                    new Edge.Parts(
                        settings,
                        bindAddress(),
                        stores,
                        control,
                        reached.hosts(),
                        throughEdges && machine.isEmpty() ? address::get : () -> "",
                        tokens,
                        clock,
                        config,
                        lastUse),
                    system))
            : Optional.empty();
    health =
        settings.healthPort().isPresent()
            ? Optional.of(
                Health.serve(system, bindAddress(), settings.healthPort().get(), this::unready))
            : Optional.empty();
    data.publish(address());
    if (settings.transientNode()) {
      Thread.ofVirtual().start(this::stopWhenUnused);
    }
  }

  private ActorControlPlane.Patience patience(Config dynode, InstantSource clock) {
    Duration longest = dynode.getDuration("node.patience");
    return settings.membership().isEmpty()
        ? new ActorControlPlane.Patience(
            longest, longest, Duration.ZERO, "The app", clock, () -> false)
        : new ActorControlPlane.Patience(
            longest,
            dynode.getDuration("cluster.ask-again"),
            dynode.getDuration("cluster.clock-skew"),
            "No control node",
            clock,
            () -> removed);
  }

  /** Clients of dynos elsewhere, where only edges can be reached. */
  private Optional<AttachDesk> relay(Reached reached, AttachTokens tokens, Config config) {
    if (!throughEdges || !has(Role.EDGE)) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new RelayDesk(
              token -> hostOf(token, tokens, reached),
              LocalAuthority.trusting(stores.secrets().authority().certificateFile()),
              RendezvousSettings.from(config)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private CompletionStage<String> hostOf(String token, AttachTokens tokens, Reached reached) {
    return tokens
        .read(token)
        .map(
            claim ->
                control
                    .glance(claim.app())
                    .thenApply(
                        answer ->
                            answer instanceof Answer.Done<AppView>(AppView view)
                                ? view.dyno(claim.dyno().toString())
                                    .flatMap(DynoView::host)
                                    .flatMap(reached.hosts()::rendezvous)
                                    .orElse("")
                                : ""))
        .orElseGet(() -> CompletableFuture.completedFuture(""))
        .thenCompose(
            at ->
                at.isEmpty()
                    ? CompletableFuture.failedFuture(
                        new AttachDesk.Refused(
                            "This attach token is not known here, or its dyno has ended; start"
                                + " another one."))
                    : CompletableFuture.completedFuture(at));
  }

  private boolean has(Role role) {
    return settings.membership().map(member -> member.has(role)).orElse(true);
  }

  private ActorSystem<NodeGuardian.Command> clustered(
      NodeGuardian.Control parts, Optional<NodeGuardian.Host> host, Config config) {
    Config cluster = config.getConfig("dynode.cluster");
    Duration lease = cluster.getDuration("lease");
    Duration lostAfter = cluster.getDuration("host-lost-after");
    Duration every = cluster.getDuration("host-report-every");
    Duration decision =
        config
            .getDuration("pekko.cluster.split-brain-resolver.stable-after")
            .plus(config.getDuration("pekko.cluster.failure-detector.acceptable-heartbeat-pause"));
    if (lostAfter.compareTo(lease.plus(decision)) < 0) {
      throw new IllegalArgumentException(
          "dynode.cluster.host-lost-after is %s; it must be at least %s, for a host's dynos may run so long after the cluster gave it up."
              .formatted(lostAfter, lease.plus(decision)));
    }
    var behavior =
        ClusterGuardian.create(
            parts,
            host,
            new KnownHosts(every.multipliedBy(3), lostAfter, System::nanoTime),
            new ClusterGuardian.Times(every, lease, cluster.getDuration("free-names-after")));
    var created =
        ActorSystem.create(
            behavior,
            "dynode",
            ActorSystemSetup.create(
                BootstrapSetup.create(config), stores.postgres().orElseThrow().setup()));
    Membership.whenRemoved(created, this::giveUp);
    CoordinatedShutdown.get(created)
        .addTask(
            CoordinatedShutdown.PhaseBeforeActorSystemTerminate(), "last-answers", () -> answered);
    return created;
  }

  private Optional<String> unready() {
    if (closing.get()) {
      return Optional.of("this node stops");
    }
    if (settings.membership().isPresent() && !Membership.isUp(system)) {
      return Optional.of("this node is not in its cluster");
    }
    return stores.trouble().get();
  }

  private void join(Membership membership, Config cluster) throws Exception {
    try {
      OneCluster one =
          stores.postgres().orElseThrow().cluster(Membership.address(system), this::giveUp);
      new Joining(system, membership, one, cluster).run();
    } catch (IOException | InterruptedException | RuntimeException e) {
      closing.set(true);
      system.terminate();
      rendezvous.ifPresent(RendezvousServer::close);
      machine.ifPresent(here -> here.runtime().leave());
      stores.close();
      throw e;
    }
  }

  /** The cluster has gone on without this node. */
  private void giveUp() {
    if (!closing.get()) {
      removed = true;
      LOG.error(
          "This node was cut off from most control nodes, and the cluster has gone on without it. It"
              + " stops; start it again.");
      Thread.ofPlatform().name("removed").start(this::close);
    }
  }

  /** The journal lies in the data folder, or in the cluster's database, whatever is configured. */
  private static Config complete(NodeSettings settings, DataFolder data) {
    Config events = EventSerialization.ofEvents().withFallback(settings.config());
    return settings
        .membership()
        .map(member -> member.over(events))
        .orElseGet(
            () ->
                ConfigFactory.parseMap(
                        Map.of(
                            "dynode.journal.directory",
                            data.resolve("journal").toString(),
                            "dynode.postgres.url",
                            ""))
                    .withFallback(events))
        .resolve();
  }

  /** Loopback unless clients elsewhere are to reach the node. */
  private String bindAddress() {
    return Set.of("127.0.0.1", "localhost").contains(settings.publicHost())
        ? "127.0.0.1"
        : "0.0.0.0";
  }

  static <T> T await(CompletionStage<T> stage) throws Exception {
    try {
      return stage.toCompletableFuture().get(START_UP.toSeconds(), TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof Exception cause ? cause : e;
    }
  }

  private String address() throws IOException {
    Map<String, Object> address = new LinkedHashMap<>();
    address.put("pid", ProcessHandle.current().pid());
    address.put("started_at", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
    edge.ifPresent(serving -> address.put("api", serving.api().toString()));
    address.put("rendezvous_ca", stores.secrets().authority().certificateFile().toString());
    address.put("transient", settings.transientNode());
    return new ObjectMapper().writeValueAsString(address);
  }

  @Override
  public Optional<URI> api() {
    return edge.map(Edge::api);
  }

  @Override
  public Optional<String> rendezvous() {
    return rendezvous.map(server -> settings.publicHost() + ":" + server.port());
  }

  @Override
  public Optional<String> router() {
    return edge.map(Edge::router);
  }

  @Override
  public Optional<String> member() {
    return settings.membership().map(_ -> Membership.address(system));
  }

  @Override
  public Optional<Integer> health() {
    return health.map(Health::port);
  }

  @Override
  public boolean removed() {
    return removed;
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
    Machine here = machine.orElseThrow();
    try {
      do {
        TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
      } while (here.load().total() == 0
          || liveDynos() > 0
          || lastUse.since().compareTo(linger) < 0);
      close();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private int liveDynos() {
    int here = machine.map(own -> own.load().dynos()).orElse(0);
    return here > 0
        ? here
        : control.apps().values().stream().mapToInt(app -> live(app).size()).sum();
  }

  private List<DynoView> live(AppId app) {
    try {
      return await(control.glance(app)) instanceof Answer.Done<AppView>(AppView view)
          ? view.live()
          : List.of();
    } catch (Exception e) {
      return List.of();
    }
  }

  /**
   * Stops in order: no new request is taken, then the node ends, and its cluster is told. Dynos go
   * on, unless they are to end with it: then every one is stopped (SIGTERM, grace, SIGKILL) and its
   * end journaled.
   */
  @Override
  public void close() {
    if (!closing.compareAndSet(false, true)) {
      return;
    }
    try {
      if (edge.isPresent()) {
        if (health.isPresent() && !removed) { // load balancers look elsewhere first
          TimeUnit.MILLISECONDS.sleep(
              settings.config().getDuration("dynode.node.unready-before-stop").toMillis());
        }
        edge.get().close(removed ? IN_VAIN : LAST_CALLS);
      }
      answered.complete(Done.getInstance());
      if (endsDynos && !removed) {
        stopDynos();
      }
      endSystem();
      rendezvous.ifPresent(RendezvousServer::close);
    } catch (Exception e) {
      LOG.warn("the node did not stop in order", e);
    } finally {
      machine.ifPresent(
          here -> {
            if (endsDynos) {
              here.runtime().close();
            } else {
              here.runtime().leave();
            }
          });
      stores.close();
      try {
        data.close();
      } catch (IOException e) {
        LOG.warn("the data folder could not be let go", e);
      }
      stopped.countDown();
    }
  }

  private void endSystem() throws Exception {
    if (settings.membership().isPresent() && !removed) {
      try {
        var _ =
            CoordinatedShutdown.get(system)
                .runAll(CoordinatedShutdown.actorSystemTerminateReason())
                .toCompletableFuture()
                .get(START_UP.toSeconds(), TimeUnit.SECONDS);
      } catch (TimeoutException e) {
        LOG.warn("the cluster could not be left in order", e);
      }
    }
    system.terminate();
    await(system.getWhenTerminated());
  }

  /** In a cluster: those on this host. */
  private void stopDynos() throws InterruptedException {
    Duration grace = settings.config().getDuration("dynode.dynos.grace");
    long deadline = System.nanoTime() + grace.plus(STOP_MARGIN).toNanos();
    if (machine.isEmpty()) {
      return;
    }
    Optional<HostId> here = Optional.of(machine.get().host());
    for (AppId app : control.apps().values()) {
      for (DynoView dyno : live(app)) {
        if (dyno.host().isEmpty() || dyno.host().equals(here)) {
          var _ =
              control.tell(
                  app,
                  dyno.spec().id(),
                  new DynoCommand.Stop(DynoDecider.SYSTEM, StopCause.NODE_SHUTDOWN));
        }
      }
    }
    while ((settings.membership().isEmpty() ? liveDynos() : machine.get().load().dynos()) > 0
        && System.nanoTime() < deadline) {
      TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
    }
  }
}
