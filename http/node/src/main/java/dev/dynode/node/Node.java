package dev.dynode.node;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.dynode.cluster.Clocks;
import dev.dynode.cluster.ClusterBootstrap;
import dev.dynode.cluster.Membership;
import dev.dynode.cluster.Membership.Role;
import dev.dynode.cluster.SameWire;
import dev.dynode.cluster.tls.LocalAuthority;
import dev.dynode.domain.app.DynoView;
import dev.dynode.domain.attach.AttachTokens;
import dev.dynode.domain.dyno.DynoCommand;
import dev.dynode.domain.dyno.DynoDecider;
import dev.dynode.domain.dyno.DynoEvent.StopCause;
import dev.dynode.domain.id.AppId;
import dev.dynode.domain.id.HostId;
import dev.dynode.domain.placement.Placement;
import dev.dynode.domain.view.AppSummary;
import dev.dynode.domain.view.DynoAnswer;
import dev.dynode.domain.view.DynoPage;
import dev.dynode.edge.attach.RelayGateway;
import dev.dynode.edge.attach.RendezvousServer;
import dev.dynode.edge.attach.RendezvousSettings;
import dev.dynode.engine.ActorControlPlane;
import dev.dynode.engine.ClusterGuardian;
import dev.dynode.engine.NodeGuardian;
import dev.dynode.engine.NodeGuardian.Reached;
import dev.dynode.engine.actor.HostGateway;
import dev.dynode.engine.actor.KnownHosts;
import dev.dynode.engine.actor.Policies;
import dev.dynode.journal.RocksDatabase;
import dev.dynode.node.NodeStarter.Removed;
import dev.dynode.node.NodeStarter.RunningNode;
import dev.dynode.port.AppQuery;
import dev.dynode.port.AttachGateway;
import dev.dynode.port.ControlPlane.Answer;
import dev.dynode.postgres.BootstrapLock;
import dev.dynode.postgres.ClusterOver;
import dev.dynode.postgres.JournalPulse;
import dev.dynode.postgres.NamesProjection;
import dev.dynode.postgres.Postgres;
import dev.dynode.serialization.EventSerialization;
import dev.dynode.store.DataFolder;
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
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.pekko.Done;
import org.apache.pekko.actor.BootstrapSetup;
import org.apache.pekko.actor.CoordinatedShutdown;
import org.apache.pekko.actor.setup.ActorSystemSetup;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.jspecify.annotations.Nullable;
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

  private static final String CUT_OFF = "This node was cut off from the control nodes.";

  /** What the host of a node that is alone is called. */
  static final String ALONE = "local";

  private final NodeSettings settings;
  private final DataFolder data;
  private final Config config;
  private final boolean endsDynos;
  private final boolean throughEdges;
  private final LastUse lastUse = new LastUse();

  /** Done when every call has its answer, or never will. */
  private final CompletableFuture<Done> answered = new CompletableFuture<>();

  private final Thread starting = Thread.currentThread();
  private final CountDownLatch stopped = new CountDownLatch(1);
  private volatile Phase phase = Phase.STARTING; // changed under the lock of this
  private volatile @Nullable String removed; // why, once its cluster has gone on without it

  // What has been started so far.
  private volatile Optional<Health> health = Optional.empty();
  private volatile Optional<Stores> stores = Optional.empty();
  private volatile Optional<Machine> machine = Optional.empty();
  private volatile Optional<ActorSystem<NodeGuardian.Command>> system = Optional.empty();
  private volatile Optional<ActorControlPlane> control = Optional.empty();
  private volatile Optional<RendezvousServer> rendezvous = Optional.empty();
  private volatile Optional<JournalPulse> journal = Optional.empty();
  private volatile Optional<Edge> edge = Optional.empty();

  private enum Phase {
    /** Whoever wants it to stop interrupts the thread that starts it. */
    STARTING,
    SERVING,
    CLOSING
  }

  /**
   * Starts a node and returns once it serves. If that fails, or is interrupted, everything it has
   * started is ended again in order.
   */
  public static RunningNode start(NodeSettings settings) throws Exception {
    LOG.debug("starting on {}", settings.data()); // before threads that log are
    DataFolder data = DataFolder.hold(settings.data());
    Node node;
    try {
      node = new Node(settings, data);
    } catch (RuntimeException e) {
      data.close();
      throw e;
    }
    try {
      node.open();
    } catch (Exception e) {
      throw node.undone(e);
    }
    return node;
  }

  private Node(NodeSettings settings, DataFolder data) {
    this.settings = settings;
    this.data = data;
    config = complete(settings, data);
    endsDynos = settings.transientNode() || !config.getBoolean("dynode.node.leave-dynos");
    throughEdges = config.getBoolean("dynode.rendezvous.through-edges");
  }

  private void open() throws Exception {
    if (settings.healthPort().isPresent()) {
      health = Optional.of(Health.serve(bindAddress(), settings.healthPort().get(), this::unready));
    }
    if (settings.membership().isEmpty()) {
      Relocation.requireNotDone(settings.data());
    }
    Config dynode = config.getConfig("dynode");
    Clock clock = Clock.systemUTC();
    data.waitsFor(settings.membership().isEmpty() ? "its files" : "the database");
    Stores kept =
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
    stores = Optional.of(kept);
    Optional<RocksDatabase.Opened> database = database();
    if (has(Role.HOST)) {
      machine = Optional.of(machine(database));
    }
    var address = new AtomicReference<>("");
    Optional<NodeGuardian.Host> host =
        machine.map(here -> here.parts(kept, clock, config, address::get));
    var alone = new AtomicReference<Map<String, AppId>>(Map.of());
    var projection = new NamesProjection();
    Supplier<Map<String, AppId>> names = settings.membership().isEmpty() ? alone::get : projection;
    Consumer<Map<String, AppId>> told = settings.membership().isEmpty() ? alone::set : _ -> {};
    var parts =
        new NodeGuardian.Control(
            Policies.from(dynode),
            Placement.valueOf(dynode.getString("placement").toUpperCase(Locale.ROOT)),
            clock,
            kept.logs(),
            kept::removeSlugs,
            dynode.getInt("apps.most"),
            dynode.getDuration("apps.check-names-after"),
            told);
    data.waitsFor(settings.membership().isEmpty() ? "its journal" : "the cluster's journal");
    ActorSystem<NodeGuardian.Command> actors =
        undisturbed(
            () ->
                settings.membership().isEmpty()
                    ? ActorSystem.create(
                        NodeGuardian.create(parts, host.orElseThrow()),
                        "dynode",
                        ActorSystemSetup.create(
                            BootstrapSetup.create(config), database.orElseThrow()))
                    : clustered(settings.membership().get(), kept, parts, host));
    system = Optional.of(actors);
    if (settings.membership().isPresent()) {
      Membership.whenRemoved(
          actors,
          () ->
              giveUp(
                  SameWire.refused(actors)
                      ? SameWire.REFUSED
                      : "This node was cut off from most control nodes, and the cluster has gone on"
                          + " without it. It stops; start it again."));
      journal = Optional.of(new JournalPulse(actors));
    }
    Reached reached =
        await(AskPattern.ask(actors, NodeGuardian.Find::new, START_UP, actors.scheduler()));
    var plane =
        new ActorControlPlane(
            actors,
            reached.directory(),
            names,
            actors.scheduler(),
            patience(dynode, clock),
            Optional.empty());
    control = Optional.of(plane);
    var tokens = new AttachTokens(kept.secrets().attachKey());
    Optional<AttachGateway> desk =
        reached
            .agent()
            .<AttachGateway>map(agent -> new HostGateway(tokens, plane, agent))
            .or(() -> relay(kept, plane, reached, tokens));
    if (desk.isPresent()) {
      var server =
          Ports.open(
              "rendezvous-port",
              bindAddress(),
              settings.rendezvousPort(),
              () ->
                  new RendezvousServer(
                      new InetSocketAddress(bindAddress(), settings.rendezvousPort()),
                      kept.secrets().authority().serverContext(),
                      desk.get(),
                      RendezvousSettings.from(config)));
      rendezvous = Optional.of(server);
      address.set(settings.publicHost() + ":" + server.port());
    }
    if (settings.membership().isPresent()) {
      BootstrapLock one =
          kept.postgres()
              .orElseThrow()
              .cluster(Membership.address(actors), over -> giveUp(over.getMessage()));
      data.waitsFor("its cluster");
      new ClusterBootstrap(actors, settings.membership().get(), one, dynode.getConfig("cluster"))
          .run();
      projection.start(actors);
      if (has(Role.CONTROL) || has(Role.EDGE)) {
        data.waitsFor("the hosts of its cluster");
        while (!reached.hosts().settled()) {
          TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
        }
      }
    }
    data.waitsFor("its ports");
    if (has(Role.EDGE)) {
      edge =
          Optional.of(
              Edge.open(
                  new Edge.Parts(
                      settings,
                      bindAddress(),
                      kept,
                      plane,
                      reached.hosts(),
                      throughEdges && machine.isEmpty() ? address::get : () -> "",
                      tokens,
                      clock,
                      config,
                      lastUse),
                  actors));
    }
    data.publish(address(kept));
    synchronized (this) {
      if (phase != Phase.STARTING) {
        throw new InterruptedException();
      }
      phase = Phase.SERVING;
    }
    if (settings.transientNode()) {
      lastUse.now();
      Thread.ofVirtual().start(this::stopWhenUnused);
    }
  }

  private ActorControlPlane.Patience patience(Config dynode, InstantSource clock) {
    Duration longest = dynode.getDuration("node.patience");
    return settings.membership().isEmpty()
        ? new ActorControlPlane.Patience(
            longest, longest, Duration.ZERO, "The app", clock, Optional::empty, Optional::empty)
        : new ActorControlPlane.Patience(
            longest,
            dynode.getDuration("cluster.ask-again"),
            dynode.getDuration("cluster.clock-skew"),
            "No control node",
            clock,
            () -> Optional.ofNullable(removed).map(_ -> CUT_OFF),
            this::unanswered);
  }

  /** The start has failed: what it has made is ended again. Returns why it failed. */
  private Exception undone(Exception e) {
    synchronized (this) {
      phase = Phase.CLOSING;
      var _ = Thread.interrupted(); // it has had its effect
    }
    shutDown(false);
    String why = removed;
    return why != null || e instanceof ClusterOver
        ? new Removed(why != null ? why : String.valueOf(e.getMessage()))
        : e;
  }

  /** Clients of dynos elsewhere, where only edges can be reached. */
  private Optional<AttachGateway> relay(
      Stores kept, ActorControlPlane plane, Reached reached, AttachTokens tokens) {
    if (!throughEdges || !has(Role.EDGE)) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new RelayGateway(
              token -> hostOf(token, tokens, plane, reached),
              LocalAuthority.trusting(kept.secrets().authority().certificateFile()),
              RendezvousSettings.from(config)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static CompletionStage<String> hostOf(
      String token, AttachTokens tokens, ActorControlPlane plane, Reached reached) {
    return tokens
        .read(token)
        .map(
            claim ->
                plane
                    .ask(claim.app(), new AppQuery.Dyno(claim.dyno().toString()))
                    .thenApply(
                        answer ->
                            answer instanceof Answer.Done<DynoAnswer>(DynoAnswer known)
                                ? known
                                    .dyno()
                                    .flatMap(DynoView::host)
                                    .flatMap(reached.hosts()::rendezvous)
                                    .orElse("")
                                : ""))
        .orElseGet(() -> CompletableFuture.completedFuture(""))
        .thenCompose(
            at ->
                at.isEmpty()
                    ? CompletableFuture.failedFuture(
                        new AttachGateway.Refused(
                            "This attach token is not known here, or its dyno has ended; start"
                                + " another one."))
                    : CompletableFuture.completedFuture(at));
  }

  private boolean has(Role role) {
    return settings.membership().map(member -> member.has(role)).orElse(true);
  }

  /** Before anything is done about dynos: where the journal is not whole the node ends here. */
  private Optional<RocksDatabase.Opened> database() {
    return settings.membership().isPresent()
        ? Optional.empty()
        : Optional.of(RocksDatabase.open(config));
  }

  private Machine machine(Optional<RocksDatabase.Opened> database) throws IOException {
    var host = new HostId(settings.membership().map(Membership::hostName).orElse(ALONE));
    try {
      return Machine.start(host, settings.data(), config, Clock.systemUTC(), data::waitsFor);
    } catch (IOException | RuntimeException e) {
      database.ifPresent(RocksDatabase.Opened::close);
      throw e;
    }
  }

  /** Pekko does not take it well when it is interrupted while it makes a system. */
  private static <T> T undisturbed(Callable<T> make) throws Exception {
    var made = new FutureTask<>(make);
    Thread.ofVirtual().start(made);
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return made.get();
        } catch (InterruptedException e) {
          interrupted = true;
        } catch (ExecutionException e) {
          throw e.getCause() instanceof Exception cause ? cause : e;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private ActorSystem<NodeGuardian.Command> clustered(
      Membership membership,
      Stores kept,
      NodeGuardian.Control parts,
      Optional<NodeGuardian.Host> host)
      throws Exception {
    Postgres postgres = kept.postgres().orElseThrow();
    MessageBounds.checked(config);
    var clocks = Clocks.of(config);
    Duration every = config.getDuration("dynode.cluster.host-report-every");
    var behavior =
        ClusterGuardian.create(
            parts,
            host,
            new KnownHosts(every.multipliedBy(3), clocks.absence(), System::nanoTime),
            postgres.standing(),
            new ClusterGuardian.Times(
                every,
                clocks.lease(),
                clocks.keeping(),
                config.getDuration("dynode.cluster.free-names-after")));
    var created =
        Ports.open(
            "cluster-port",
            membership.host(),
            membership.port(),
            () ->
                ActorSystem.create(
                    behavior,
                    "dynode",
                    ActorSystemSetup.create(BootstrapSetup.create(config), postgres.setup())));
    CoordinatedShutdown.get(created)
        .addTask(
            CoordinatedShutdown.PhaseBeforeActorSystemTerminate(), "last-answers", () -> answered);
    return created;
  }

  private Optional<String> unready() {
    if (phase == Phase.CLOSING) {
      return Optional.of("this node stops");
    }
    if (phase == Phase.STARTING) {
      return Optional.of("this node starts");
    }
    if (settings.membership().isPresent() && !system.map(Membership::isUp).orElse(false)) {
      return Optional.of("this node is not in its cluster");
    }
    return unanswered()
        .or(() -> journal.flatMap(JournalPulse::trouble))
        .or(() -> stores.flatMap(kept -> kept.trouble().get()));
  }

  /** Why nothing can be recorded now, by what this node knows without asking. */
  private Optional<String> unanswered() {
    return stores
        .flatMap(Stores::postgres)
        .flatMap(Postgres::silence)
        .map(
            ago ->
                "The database has not answered this node for %d s, so nothing can be recorded."
                    .formatted(ago.toSeconds()));
  }

  /** The cluster has gone on without this node. */
  private void giveUp(@Nullable String why) {
    synchronized (this) {
      if (phase == Phase.CLOSING || removed != null) {
        return;
      }
      removed = String.valueOf(why);
      if (phase == Phase.SERVING) { // else whoever started it is told
        LOG.error(removed);
      }
    }
    Thread.ofPlatform().name("removed").start(this::close);
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

  private String address(Stores kept) throws IOException {
    Map<String, Object> address = new LinkedHashMap<>();
    address.put("pid", ProcessHandle.current().pid());
    address.put("started_at", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
    edge.ifPresent(serving -> address.put("api", serving.api().toString()));
    address.put("rendezvous_ca", kept.secrets().authority().certificateFile().toString());
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
    return settings.membership().flatMap(_ -> system).map(Membership::address);
  }

  @Override
  public Optional<Integer> health() {
    return health.map(Health::port);
  }

  @Override
  public boolean removed() {
    return removed != null;
  }

  @Override
  public void awaitStop() throws InterruptedException {
    stopped.await();
  }

  /**
   * A transient node stops once no dyno is left and nobody has asked for a while, a longer one if
   * it has had none yet.
   */
  private void stopWhenUnused() {
    Duration linger = settings.config().getDuration("dynode.node.transient-linger");
    Duration idle = settings.config().getDuration("dynode.node.transient-idle");
    Machine here = machine.orElseThrow();
    try {
      do {
        TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
      } while (lastUse.since().compareTo(here.load().total() == 0 ? idle : linger) < 0
          || liveDynos() > 0);
      close();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private int liveDynos() {
    int here = machine.map(own -> own.load().dynos()).orElse(0);
    return here > 0
        ? here
        : control.orElseThrow().apps().values().stream().mapToInt(this::live).sum();
  }

  private int live(AppId app) {
    try {
      return await(control.orElseThrow().ask(app, new AppQuery.Summary()))
              instanceof Answer.Done<AppSummary>(AppSummary its)
          ? its.dynos()
          : 0;
    } catch (Exception e) {
      return 0;
    }
  }

  private List<DynoView> dynos(AppId app) {
    try {
      return await(control.orElseThrow().dynos(app)) instanceof Answer.Done<DynoPage>(DynoPage all)
          ? all.dynos()
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
    boolean mine;
    synchronized (this) {
      mine = phase == Phase.SERVING;
      if (phase == Phase.STARTING) {
        starting.interrupt(); // and ends what it has begun
      }
      phase = Phase.CLOSING;
    }
    if (mine) {
      shutDown(true);
      return;
    }
    try {
      stopped.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Ends whatever was started.
   *
   * @param served false: the start has failed
   */
  private void shutDown(boolean served) {
    boolean inOrder = served && removed == null;
    try {
      if (edge.isPresent()) {
        if (health.isPresent() && inOrder) { // load balancers look elsewhere first
          TimeUnit.MILLISECONDS.sleep(
              config.getDuration("dynode.node.unready-before-stop").toMillis());
        }
        edge.get().close(inOrder ? LAST_CALLS : IN_VAIN);
      }
      answered.complete(Done.getInstance());
      if (endsDynos && inOrder) {
        stopDynos();
      }
      if (system.isPresent()) {
        end(system.get());
      }
      rendezvous.ifPresent(RendezvousServer::close);
    } catch (Exception e) {
      LOG.warn("the node did not stop in order", e);
    } finally {
      machine.ifPresent(
          here -> {
            if (!served) {
              here.giveUp();
            } else if (endsDynos) {
              here.runtime().close();
            } else {
              here.runtime().leave();
            }
          });
      stores.ifPresent(Stores::close);
      health.ifPresent(Health::close);
      try {
        data.close();
      } catch (IOException e) {
        LOG.warn("the data folder could not be let go", e);
      }
      stopped.countDown();
    }
  }

  private void end(ActorSystem<?> actors) throws Exception {
    if (settings.membership().isPresent() && removed == null && Membership.isLetIn(actors)) {
      try {
        var _ =
            CoordinatedShutdown.get(actors)
                .runAll(CoordinatedShutdown.actorSystemTerminateReason())
                .toCompletableFuture()
                .get(START_UP.toSeconds(), TimeUnit.SECONDS);
      } catch (TimeoutException e) {
        LOG.warn("the cluster could not be left in order", e);
      }
    }
    actors.terminate();
    await(actors.getWhenTerminated());
  }

  /** In a cluster: those on this host. */
  private void stopDynos() throws InterruptedException {
    Duration grace = settings.config().getDuration("dynode.dynos.grace");
    long deadline = System.nanoTime() + grace.plus(STOP_MARGIN).toNanos();
    if (machine.isEmpty() || control.isEmpty()) {
      return;
    }
    ActorControlPlane plane = control.get();
    Optional<HostId> here = Optional.of(machine.get().host());
    for (AppId app : plane.apps().values()) {
      for (DynoView dyno : dynos(app)) {
        if (dyno.host().isEmpty() || dyno.host().equals(here)) {
          var _ =
              plane.tell(
                  app,
                  dyno.id().toString(),
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
