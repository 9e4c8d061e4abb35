package dev.dynode.bench;

import com.fasterxml.jackson.databind.JsonNode;
import dev.dynode.bench.Row.Figure;
import dev.dynode.bench.Row.Unit;
import dev.dynode.cli.AttachStream;
import dev.dynode.journal.Intake;
import dev.dynode.journal.Rows;
import dev.dynode.replay.InventedHistory;
import dev.dynode.replay.Offline;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * What is asked of one dyno of an app with a long past, each beside {@code GET /account}, which
 * asks nobody: the two alternate.
 */
final class Questions {
  private static final double AIM = 2;

  /** Dynos that run at one time, to be stopped. */
  private static final int MOST_STOPS = 100;

  private static final String APP = "sample";
  private static final String DYNOS = "/apps/" + APP + "/dynos";
  private static final int RELEASES = 1_000;
  private static final long SEED = 1;

  private final List<String> server;
  private final Effort effort;
  private final Path folder;
  private final Consumer<String> progress;

  Questions(List<String> server, Effort effort, Path folder, Consumer<String> progress) {
    this.server = server;
    this.effort = effort;
    this.folder = folder;
    this.progress = progress;
  }

  @FunctionalInterface
  private interface Call {
    void make() throws IOException;
  }

  List<Row> measure() throws IOException {
    Path journal = Files.createDirectories(folder.resolve("data").resolve("journal"));
    var offline = new Offline();
    String oldest;
    try (Intake intake = Intake.open(offline.journal(journal))) {
      progress.accept("writing a journal of " + effort.historyDynos() + " dynos");
      InventedHistory.write(intake, offline.codec(), APP, effort.historyDynos(), RELEASES, SEED);
    }
    try (Rows rows = Rows.in(offline.journal(journal))) {
      oldest = Histories.oldest(rows, offline.codec());
    }
    try (MeasuredNode node = MeasuredNode.start(server, folder)) {
      return measure(node, oldest);
    }
  }

  private List<Row> measure(MeasuredNode node, String oldest) throws IOException {
    String of =
        String.format(
            Locale.ROOT, ", %,d dynos and %,d releases before", effort.historyDynos(), RELEASES);
    List<Row> rows = new ArrayList<>();
    String lately = "";
    for (JsonNode dyno : node.get(DYNOS + "?all=true")) {
      lately = dyno.path("state").asText().equals("complete") ? dyno.path("id").asText() : lately;
    }
    JsonNode live =
        node.post(DYNOS, MeasuredNode.object().put("command", "sleep 100000").put("attach", true));
    String name = live.path("name").asText();
    try (AttachStream _ = node.attach(live, false)) {
      rows.add(row(node, "`GET /apps/a/dynos/x`, a live one by name" + of, get(node, name)));
      rows.add(row(node, "`GET /apps/a/dynos/x`, one that ended lately" + of, get(node, lately)));
      rows.add(row(node, "`GET /apps/a/dynos/x`, the first of all" + of, get(node, oldest)));
      var size = MeasuredNode.object().put("columns", 80).put("lines", 24);
      rows.add(
          row(node, "resize" + of, () -> node.post(DYNOS + "/" + name + "/actions/resize", size)));
    }
    node.post(DYNOS + "/" + name + "/actions/stop", MeasuredNode.object());
    Deque<String> dynos = new ArrayDeque<>();
    int stops = Math.min(effort.rounds(), MOST_STOPS);
    int warmUp = Math.min(effort.warmUp(), stops / 4);
    for (int i = 0; i < warmUp + stops; i++) {
      dynos.add(
          node.post(DYNOS, MeasuredNode.object().put("command", "sleep 100000"))
              .path("name")
              .asText());
    }
    rows.add(
        row(
            node,
            "stop" + of,
            () -> node.post(DYNOS + "/" + dynos.remove() + "/actions/stop", MeasuredNode.object()),
            warmUp,
            stops));
    return rows;
  }

  private static Call get(MeasuredNode node, String dyno) {
    return () -> node.get(DYNOS + "/" + dyno);
  }

  private Row row(MeasuredNode node, String what, Call call) throws IOException {
    return row(node, what, call, effort.warmUp(), effort.rounds());
  }

  private static Row row(MeasuredNode node, String what, Call call, int warmUp, int rounds)
      throws IOException {
    var ours = new Samples();
    var account = new Samples();
    for (int i = 0; i < warmUp + rounds; i++) {
      double asked = millis(call);
      double beside = millis(() -> node.get("/account"));
      if (i >= warmUp) {
        ours.add(asked);
        account.add(beside);
      }
    }
    return Row.beside(
            what, Figure.of(ours, Unit.MILLIS), "`GET /account`", Figure.of(account, Unit.MILLIS))
        .aiming("≤ 2 ×", ours.median() <= AIM * account.median());
  }

  private static double millis(Call call) throws IOException {
    long begin = System.nanoTime();
    call.make();
    return (System.nanoTime() - begin) / 1e6;
  }
}
