package dev.dynode.bench;

import com.fasterxml.jackson.databind.JsonNode;
import dev.dynode.bench.table.Row;
import dev.dynode.bench.table.Row.Figure;
import dev.dynode.bench.table.Row.Unit;
import dev.dynode.cli.run.AttachStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** What one more dyno that does nothing costs the node's heap. */
final class IdleHeap {
  private static final int ATTACHED_KIB = 32;
  private static final int DETACHED_KIB = 4;
  private static final String IDLE = "sleep 100000";
  private static final long SETTLE_MILLIS = 1500;
  private static final long RETIRED_WITHIN_NANOS = TimeUnit.SECONDS.toNanos(120);

  private final MeasuredNode node;
  private final Effort effort;
  private final Consumer<String> progress;

  IdleHeap(MeasuredNode node, Effort effort, Consumer<String> progress) {
    this.node = node;
    this.effort = effort;
    this.progress = progress;
  }

  List<Row> measure() throws IOException {
    Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
    if (!Files.isExecutable(jcmd)) {
      progress.accept("the heap is not measured: this Java has no jcmd");
      return List.of();
    }
    var live = new LiveHeap(jcmd, node.pid());
    attached(Math.min(effort.idleDynos(), 50)).forEach(AttachStream::close);
    awaitNone();
    LiveHeap.Content before = settled(live);
    List<AttachStream> clients = attached(effort.idleDynos());
    LiveHeap.Content with = settled(live);
    progress.accept("largest per attached dyno: " + with.growth(before, effort.idleDynos()));
    clients.forEach(AttachStream::close);
    awaitNone();
    Row attached =
        row("heap of an idle attached dyno, client connected", before, with, ATTACHED_KIB);
    before = settled(live);
    for (int i = 0; i < effort.idleDynos(); i++) {
      node.create(IDLE, false, false);
    }
    with = settled(live);
    progress.accept("largest per detached dyno: " + with.growth(before, effort.idleDynos()));
    return List.of(attached, row("heap of an idle detached dyno", before, with, DETACHED_KIB));
  }

  private Row row(String what, LiveHeap.Content before, LiveHeap.Content with, int kib) {
    double each = (double) (with.bytes() - before.bytes()) / effort.idleDynos();
    return Row.alone(what, Figure.single(each, Unit.BYTES))
        .aiming("< " + kib + " KiB", each < kib * 1024.0);
  }

  private List<AttachStream> attached(int count) throws IOException {
    List<AttachStream> clients = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      JsonNode dyno = node.create(IDLE, true, true);
      clients.add(node.attach(dyno, false));
    }
    return clients;
  }

  private static LiveHeap.Content settled(LiveHeap live) throws IOException {
    pause(SETTLE_MILLIS);
    LiveHeap.Content first = live.content();
    LiveHeap.Content second = live.content();
    return first.bytes() < second.bytes() ? first : second;
  }

  private void awaitNone() throws IOException {
    long deadline = System.nanoTime() + RETIRED_WITHIN_NANOS;
    while (!node.get("/apps/" + MeasuredNode.APP + "/dynos").isEmpty()) {
      if (System.nanoTime() > deadline) {
        throw new IOException("Dynos whose clients left do not end.");
      }
      pause(100);
    }
  }

  private static void pause(long millis) throws IOException {
    try {
      TimeUnit.MILLISECONDS.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }
}
