package dev.dynode.bench.cluster;

import dev.dynode.bench.Bench;
import dev.dynode.bench.Machine;
import dev.dynode.bench.Programs;
import dev.dynode.bench.Waiting;
import dev.dynode.bench.cluster.Floor.Written;
import dev.dynode.bench.table.Row;
import dev.dynode.bench.table.Row.Figure;
import dev.dynode.bench.table.Row.Unit;
import dev.dynode.bench.table.Samples;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Measures control nodes of a cluster over PostgreSQL, in processes of their own, with hosts in
 * this process that start nothing. In the same run {@code pgbench} inserts the same rows. {@link
 * #close}, from any thread, ends what it started and empties the database.
 */
public final class ClusterBench implements AutoCloseable {
  private static final Duration LIFE = Duration.ofMillis(1);
  private static final Duration LONG = Duration.ofDays(1);
  private static final Duration SETTLED = Duration.ofMinutes(2);
  private static final double RATIO_AIM = 0.5;
  private static final double P99_AIM_MILLIS = 100;
  private static final double NEXT_RATE = 0.7;
  private static final int SLOWEST = 10;

  /** Connections of a node for its journal, as it comes. */
  private static final int CONNECTIONS = 8;

  private final List<String> server;
  private final BenchDatabase database;
  private final ClusterEffort effort;
  private final Consumer<String> progress;
  private final Path folder;
  private Optional<MeasuredCluster> open = Optional.empty();

  /**
   * @param server the command of {@code dynode server}, to which its options are added
   * @param url of an empty database, with user and password
   * @throws IOException in one sentence, if the database does not answer or is not empty
   */
  public ClusterBench(
      List<String> server, String url, ClusterEffort effort, Consumer<String> progress)
      throws IOException {
    this.server = List.copyOf(server);
    this.effort = effort;
    this.progress = progress;
    database = new BenchDatabase(url);
    folder = Files.createTempDirectory("dynode-bench");
  }

  /** The table, with a line about the machine above it. */
  public String table() throws IOException {
    String machine = Machine.description();
    Optional<Floor> floor = Programs.find("pgbench").map(Floor::new);
    List<Row> rows = new ArrayList<>();
    for (int controls : effort.controls()) {
      progress.accept("lives, control nodes: " + controls);
      var cluster = start(controls, LIFE, effort.apps(), "lives-" + controls);
      rows.addAll(told(lives(cluster, floor)));
      if (controls == effort.controls().getLast()) {
        rows.addAll(told(admissions(cluster)));
      }
      end();
    }
    if (effort.liveDynos() > 0) {
      var cluster = start(3, LONG, effort.liveApps(), "recovery");
      rows.addAll(told(new Recovery(cluster, effort, progress).measure()));
      end();
    }
    return Bench.table(machine, rows);
  }

  /** At once, should a later part fail. */
  private List<Row> told(List<Row> rows) {
    rows.forEach(row -> progress.accept(row.markdown()));
    return rows;
  }

  private MeasuredCluster start(int controls, Duration life, int apps, String name)
      throws IOException {
    var cluster =
        new MeasuredCluster(
            server,
            database,
            controls,
            effort.hosts(),
            life,
            effort.suspectAfter(),
            folder.resolve(name));
    synchronized (this) {
      open = Optional.of(cluster);
    }
    cluster.apps(apps);
    return cluster;
  }

  private synchronized void end() {
    open.ifPresent(MeasuredCluster::close);
    open = Optional.empty();
  }

  private List<Row> lives(MeasuredCluster cluster, Optional<Floor> floor) throws IOException {
    int controls = cluster.nodes().size();
    Load.lives(cluster, effort.warmUp(), effort.inFlight());
    retired(effort.warmUp() + 1);
    double event = database.number("SELECT coalesce(max(ordering), 0) FROM event_journal");
    double line = database.number("SELECT coalesce(max(id), 0) FROM log_line");
    double busy = busy(cluster);
    progress.accept("measuring");
    long begin = System.nanoTime();
    Load.lives(cluster, effort.lives(), effort.inFlight());
    double seconds = (System.nanoTime() - begin) / 1e9;
    busy = busy(cluster) - busy;
    retired(effort.warmUp() + effort.lives() + 1);
    Written written = Written.since(database, event, line);
    String what =
        "durable lives of detached dynos, "
            + controls
            + (controls == 1 ? " control node" : " control nodes");
    Figure ours = Figure.single(effort.lives() / seconds, Unit.PER_SECOND);
    List<Row> rows = new ArrayList<>();
    rows.add(beside(what, ours, "`pgbench`, a row each transaction", floor, written.oneByOne()));
    rows.add(beside("– the same", ours, "`pgbench`, as many rows each as here", floor, written));
    rows.add(
        Row.alone(
            "– processor time of the control nodes, each life",
            Figure.single(busy * 1e3 / effort.lives(), Unit.MILLIS)));
    rows.add(
        Row.alone(
            "– events of each life", Figure.single(written.events() / effort.lives(), Unit.COUNT)));
    rows.add(
        Row.alone(
            "– events that are written in one transaction",
            Figure.single(written.events() / Math.max(1, written.eventCommits()), Unit.COUNT)));
    rows.add(
        Row.alone(
            "– log lines of each life",
            Figure.single(written.lines() / effort.lives(), Unit.COUNT)));
    return rows;
  }

  private Row beside(String what, Figure ours, String peer, Optional<Floor> floor, Written written)
      throws IOException {
    if (floor.isEmpty()) {
      return Row.without(what, ours, peer, "not installed");
    }
    progress.accept(peer);
    double theirs =
        floor
            .get()
            .livesPerSecond(
                database, written, effort.lives(), CONNECTIONS, effort.floorSeconds(), folder);
    return Row.beside(what, ours, peer, Figure.single(theirs, Unit.PER_SECOND))
        .aiming("≥ 0.5 of it", ours.median() / theirs >= RATIO_AIM);
  }

  private void retired(int lives) throws IOException {
    Waiting.until(
        "the ends of " + lives + " dynos are journaled",
        SETTLED,
        () ->
            database.number(
                    "SELECT count(*) FROM event_journal WHERE event_ser_manifest LIKE '%DynoRetired'")
                >= lives);
  }

  private static double busy(MeasuredCluster cluster) {
    return cluster.nodes().stream().mapToDouble(ControlNode::processorSeconds).sum();
  }

  private List<Row> admissions(MeasuredCluster cluster) throws IOException {
    var admissions = new Admissions(cluster);
    Samples best = new Samples();
    int rate = effort.rate();
    while (true) {
      progress.accept("admissions, " + rate + " a second");
      best = admissions.at(rate, effort.admissionSeconds());
      if (!best.isEmpty()) {
        progress.accept("median " + best.median() + " ms, p99 " + best.p99() + " ms");
      }
      if ((!best.isEmpty() && best.p99() < P99_AIM_MILLIS) || rate <= SLOWEST) {
        break;
      }
      rate = Math.max(SLOWEST, (int) (rate * NEXT_RATE));
    }
    String what =
        "create of a dyno, " + rate + " a second, from when it was due until it is answered";
    if (best.isEmpty()) {
      throw new IOException("Not even " + rate + " creates a second are answered.");
    }
    return List.of(
        Row.alone(what, Figure.of(best, Unit.MILLIS))
            .aiming(
                "p99 < 100 ms at 1,000 /s", rate >= effort.rate() && best.p99() < P99_AIM_MILLIS));
  }

  @Override
  public void close() throws IOException {
    end();
    database.close();
    Bench.delete(folder);
  }
}
