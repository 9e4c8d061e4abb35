package dev.dynode.node;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Nodes in processes of their own, over a real PostgreSQL. */
final class TestCluster implements AutoCloseable {
  /**
   * The machines of tests stall, so nodes take longer to suspect one another there, and clients'
   * calls wait for what then takes longer. {@code -Dcluster=HOCON} is what they have instead;
   * empty: as they come.
   */
  static final String STALLING =
      System.getProperty("cluster", "dynode { cluster.suspect-after = 8 s, node.patience = 50 s }");

  private final Path folder;
  private final @Nullable TestNetwork network;
  private final boolean own;
  private EmbeddedPostgres server;
  private final String name;
  private List<String> program = NodeProgram.clustered();
  private final String config;
  private String also = "";
  private final Map<String, NodeProcess> nodes = new ConcurrentSkipListMap<>();
  private final List<String> members = new CopyOnWriteArrayList<>();

  /**
   * Over a database of a server that many tests have.
   *
   * @param config HOCON of every node
   */
  TestCluster(Path folder, String config) throws Exception {
    this.folder = folder;
    this.config = config;
    network = null;
    own = false;
    server = Shared.SERVER;
    name = "test" + Shared.DATABASES.incrementAndGet();
    change("postgres", "CREATE DATABASE " + name);
  }

  /**
   * Over a server that nobody else has, so that it may be stopped.
   *
   * @param network gives each node a machine of its own name; none: all are on the loopback
   */
  TestCluster(Path folder, String config, @Nullable TestNetwork network) throws Exception {
    this.folder = folder;
    this.config = config;
    this.network = network;
    own = true;
    name = "postgres";
    server = serve(0);
    if (network != null) {
      Files.writeString(
          folder.resolve("database/pg_hba.conf"),
          "\nhost all all " + network.range() + " trust\n",
          StandardOpenOption.APPEND);
      restartDatabase(false, Duration.ZERO);
    }
  }

  /** HOCON of nodes that are started from now on, over that of all. */
  void also(String more) {
    also = more;
  }

  /** Nodes that are started from now on are of this build. */
  void program(List<String> server) {
    program = server;
  }

  /**
   * Starts a node, or starts it again; the first one begins the cluster. Several may be started at
   * the same time.
   *
   * @param more options of {@code dynode server}
   */
  NodeProcess start(String name, String roles, String... more) throws Exception {
    List<String> options =
        new ArrayList<>(
            List.of(
                "--postgres",
                network == null ? url() : url().replace("localhost", network.database()),
                "--role",
                roles,
                "--health-port",
                "0"));
    List<String> command = new ArrayList<>();
    if (network != null) {
      String address = network.address(name);
      options.addAll(List.of("--cluster-host", address, "--public-host", address));
      command.addAll(network.on(name));
    }
    command.addAll(program);
    if (!members.isEmpty() && !List.of(more).contains("--join")) {
      options.addAll(List.of("--join", String.join(",", members)));
    }
    if (!List.of(more).contains("--cluster-port")) {
      options.addAll(List.of("--cluster-port", "0"));
    }
    options.addAll(List.of(more));
    if (!options.contains("--host-name")) {
      options.addAll(List.of("--host-name", name));
    }
    NodeProcess node;
    try {
      node =
          NodeProcess.start(
              command,
              data(name),
              options,
              "dynode.postgres.user = postgres",
              "dynode.node.leave-dynos = true",
              STALLING,
              config,
              also);
    } catch (IOException e) { // why may be told by another node alone
      for (var other : nodes.entrySet()) {
        System.out.println(other.getKey() + " logged:\n" + other.getValue().log());
      }
      throw e;
    }
    nodes.put(name, node);
    members.add(node.member());
    return node;
  }

  /**
   * Starts nodes, two at a time, and waits until all are ready; where there is none yet, the first
   * one before the others.
   *
   * @param names each begins with the node's role, as in {@code host-a}
   */
  void startAll(String... names) throws Exception {
    List<String> others = new ArrayList<>(List.of(names));
    if (members.isEmpty()) {
      startNamed(others.removeFirst());
    }
    List<Future<?>> started = new ArrayList<>();
    try (var both = Executors.newFixedThreadPool(2)) {
      others.forEach(name -> started.add(both.submit(() -> startNamed(name))));
    }
    for (Future<?> each : started) {
      each.get();
    }
  }

  /** Starts a node, or starts it again, with the role that its name begins with. */
  NodeProcess startNamed(String name) throws Exception {
    return start(name, name.replaceFirst("-.*", ""));
  }

  NodeProcess node(String name) {
    return Objects.requireNonNull(nodes.get(name));
  }

  Path data(String name) {
    return folder.resolve(name);
  }

  /** Kills a node with -9; what it runs goes on. */
  void kill(String name) throws InterruptedException {
    NodeProcess node = node(name);
    members.remove(node.member());
    node.kill();
  }

  /** Waits until a node has ended by itself; returns its status. */
  int ended(String name, long seconds) throws Exception {
    NodeProcess node = node(name);
    NodeProcess.eventually(name + " ends", () -> !node.process().isAlive(), seconds);
    members.remove(node.member());
    return node.process().exitValue();
  }

  /** Stops a node in order. */
  int stop(String name) throws InterruptedException {
    NodeProcess node = node(name);
    members.remove(node.member());
    return node.stop();
  }

  /** Asks the database. */
  long number(String query) throws SQLException {
    try (Connection connection = connect(name);
        Statement statement = connection.createStatement();
        var found = statement.executeQuery(query)) {
      found.next();
      return found.getLong(1);
    }
  }

  /** The same for an answer in words. */
  String text(String query) throws SQLException {
    try (Connection connection = connect(name);
        Statement statement = connection.createStatement();
        var found = statement.executeQuery(query)) {
      found.next();
      return String.valueOf(found.getString(1));
    }
  }

  /** Changes the database. */
  void change(String statement) throws SQLException {
    change(name, statement);
  }

  private void change(String database, String statement) throws SQLException {
    try (Connection connection = connect(database);
        Statement change = connection.createStatement()) {
      change.execute(statement);
    }
  }

  private Connection connect(String database) throws SQLException {
    return server.getDatabase("postgres", database).getConnection();
  }

  private EmbeddedPostgres serve(int port) throws IOException {
    return durable()
        .setPort(port)
        .setDataDirectory(folder.resolve("database"))
        .setCleanDataDirectory(false)
        .setServerConfig("listen_addresses", network == null ? "localhost" : "*")
        .start();
  }

  /** A database like any but those of tests. */
  static EmbeddedPostgres.Builder durable() {
    return EmbeddedPostgres.builder()
        .setServerConfig("fsync", "on")
        .setServerConfig("full_page_writes", "on")
        .setServerConfig("synchronous_commit", "on")
        .setServerConfig("max_connections", "600");
  }

  String url() {
    return server.getJdbcUrl("postgres", name);
  }

  /** Stops the database in order, or kills all of it with -9, and starts it again after a while. */
  void restartDatabase(boolean kill, Duration away) throws Exception {
    if (!own) {
      throw new IllegalStateException("others have this server, too");
    }
    int port = server.getPort();
    if (kill) {
      long pid =
          Long.parseLong(
              Files.readAllLines(folder.resolve("database/postmaster.pid")).getFirst().strip());
      ProcessHandle postmaster = ProcessHandle.of(pid).orElseThrow();
      List<ProcessHandle> all = new ArrayList<>(postmaster.descendants().toList());
      all.addFirst(postmaster);
      all.forEach(ProcessHandle::destroyForcibly);
      for (ProcessHandle each : all) {
        NodeProcess.eventually("the database is gone", () -> !each.isAlive());
      }
    }
    server.close(); // where it was killed: lets go of the folder
    Thread.sleep(away);
    server = serve(port);
  }

  @Override
  public void close() throws IOException {
    for (NodeProcess node : nodes.values()) {
      var _ = node.process().destroyForcibly().onExit().join();
    }
    for (String name : nodes.keySet()) {
      if (Files.isDirectory(data(name).resolve("keeper"))) {
        NodeProcess.killKeeper(data(name));
      }
    }
    if (own) {
      server.close();
    }
  }

  /** Ends with this process. */
  private static final class Shared {
    static final EmbeddedPostgres SERVER = start();
    static final AtomicInteger DATABASES = new AtomicInteger();

    private static EmbeddedPostgres start() {
      try {
        return durable().start();
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
