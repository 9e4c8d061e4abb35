package dev.dynode.bench.cluster;

import dev.dynode.bench.LiveHeap;
import dev.dynode.bench.Waiting;
import dev.dynode.bench.table.Row;
import dev.dynode.bench.table.Row.Figure;
import dev.dynode.bench.table.Row.Unit;
import dev.dynode.bench.table.Samples;
import dev.dynode.domain.id.AppId;
import dev.dynode.domain.view.DynoPage;
import dev.dynode.port.ControlPlane.Answer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** The death of a control node while dynos live. */
final class Recovery {
  private static final Duration LONGEST = Duration.ofMinutes(10);
  private static final int AT_ONCE = 32;

  private final MeasuredCluster cluster;
  private final ClusterEffort effort;
  private final Consumer<String> progress;

  Recovery(MeasuredCluster cluster, ClusterEffort effort, Consumer<String> progress) {
    this.cluster = cluster;
    this.effort = effort;
    this.progress = progress;
  }

  List<Row> measure() throws IOException {
    int dynos = effort.liveDynos();
    progress.accept("starting " + dynos + " dynos");
    long begin = System.nanoTime();
    Load.grants(cluster, dynos, effort.inFlight());
    Waiting.until(
        dynos + " dynos are up",
        LONGEST,
        () -> cluster.lives().running() >= dynos && asked(cluster.apps(), dynos));
    progress.accept("all are up after " + seconds(begin));
    String of =
        String.format(Locale.ROOT, " of %,d live dynos of %,d apps", dynos, effort.liveApps());
    List<Row> rows = new ArrayList<>();
    rows.addAll(heaps("heap of a control node" + of + " on " + cluster.nodes().size()));
    progress.accept("killing a control node");
    cluster.nodes().removeLast().kill();
    long killed = System.nanoTime();
    Set<AppId> answered = ConcurrentHashMap.newKeySet();
    Set<AppId> whole = ConcurrentHashMap.newKeySet();
    double allAnswered = 0;
    while (whole.size() < cluster.apps().size()) {
      if (System.nanoTime() - killed > LONGEST.toNanos()) {
        throw new IOException(
            "After " + seconds(killed) + " only " + whole.size() + " apps are whole");
      }
      look(cluster.apps().stream().filter(app -> !whole.contains(app)).toList(), answered, whole);
      if (allAnswered == 0 && answered.size() == cluster.apps().size()) {
        allAnswered = (System.nanoTime() - killed) / 1e9;
        progress.accept("all apps answer");
      }
    }
    double all = (System.nanoTime() - killed) / 1e9;
    String death = "death of one of " + (cluster.nodes().size() + 1) + " control nodes" + of;
    rows.add(
        Row.alone(death + ", until every app answers", Figure.single(allAnswered, Unit.SECONDS)));
    rows.add(Row.alone("– until every dyno is shown as up", Figure.single(all, Unit.SECONDS)));
    rows.addAll(heaps("– heap of each that is left"));
    return rows;
  }

  private static String seconds(long since) {
    return TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - since) + " s";
  }

  private boolean asked(List<AppId> apps, int dynos) throws IOException {
    Set<AppId> whole = ConcurrentHashMap.newKeySet();
    look(apps, ConcurrentHashMap.newKeySet(), whole);
    return whole.size() == apps.size() && dynos > 0;
  }

  /** Asks all of them, some at a time. */
  private void look(List<AppId> apps, Set<AppId> answered, Set<AppId> whole) throws IOException {
    var room = new java.util.concurrent.Semaphore(AT_ONCE);
    try {
      for (AppId app : apps) {
        room.acquire();
        CompletableFuture<Answer<DynoPage>> asked =
            cluster.control().dynos(app).toCompletableFuture();
        var _ =
            asked.whenComplete(
                (answer, _) -> {
                  if (answer instanceof Answer.Done<DynoPage>(DynoPage all)) {
                    answered.add(app);
                    if (all.dynos().stream().allMatch(dyno -> dyno.state().equals("up"))) {
                      whole.add(app);
                    }
                  }
                  room.release();
                });
      }
      room.acquire(AT_ONCE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  private List<Row> heaps(String what) throws IOException {
    Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
    if (!Files.isExecutable(jcmd)) {
      return List.of();
    }
    var samples = new Samples();
    for (ControlNode node : cluster.nodes()) {
      samples.add((double) new LiveHeap(jcmd, node.pid()).content().bytes());
    }
    return List.of(Row.alone(what, Figure.single(samples.median(), Unit.BYTES)));
  }
}
