package dev.dynode.bench;

import dev.dynode.bench.table.Row;
import dev.dynode.bench.table.Row.Figure;
import dev.dynode.bench.table.Row.Unit;
import dev.dynode.bench.table.Samples;
import dev.dynode.journal.Intake;
import dev.dynode.replay.InventedHistory;
import dev.dynode.replay.Offline;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/** How soon an app answers on a node that has just started, whatever its age. */
final class Ledgers {
  private static final String APP = "sample";
  private static final long SEED = 1;
  private static final int TIMES = 5;
  private static final int DYNOS = 3;
  private static final double AIM_MILLIS = 1_000;

  private final List<String> server;
  private final Effort effort;
  private final Path folder;
  private final Consumer<String> progress;

  Ledgers(List<String> server, Effort effort, Path folder, Consumer<String> progress) {
    this.server = server;
    this.effort = effort;
    this.folder = folder;
    this.progress = progress;
  }

  List<Row> measure() throws IOException {
    Path journal = Files.createDirectories(folder.resolve("data").resolve("journal"));
    var offline = new Offline();
    long events;
    try (Intake intake = Intake.open(offline.journal(journal))) {
      progress.accept("writing the ledger of an app, " + effort.ledgerEvents() + " events");
      events = InventedHistory.ledger(intake, offline.codec(), APP, effort.ledgerEvents(), SEED);
    }
    String of = String.format(Locale.ROOT, "an app of %,d events answers, node ready", events);
    Samples whole = new Samples();
    try (MeasuredNode node = answered(whole)) {
      for (int i = 0; i < DYNOS; i++) { // the first event has its state kept
        node.post(
            "/apps/" + APP + "/dynos",
            MeasuredNode.object().put("command", "true").put("attach", false));
      }
    }
    Samples kept = new Samples();
    for (int i = 0; i < Math.min(TIMES, effort.rounds()); i++) {
      answered(kept).close();
    }
    return List.of(
        Row.alone(of + ", no state of it kept yet", Figure.of(whole, Unit.MILLIS)),
        Row.alone(of + ", its state kept", Figure.of(kept, Unit.MILLIS))
            .aiming("< 1 s", kept.p99() < AIM_MILLIS));
  }

  /** A node, and how long after it was ready the app answered. */
  private MeasuredNode answered(Samples samples) throws IOException {
    MeasuredNode node = MeasuredNode.restart(server, folder);
    long ready = System.nanoTime();
    node.get("/apps/" + APP + "/dynos");
    samples.add((System.nanoTime() - ready) / 1e6);
    return node;
  }
}
