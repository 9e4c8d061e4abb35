package dev.dynode.bench;

import com.fasterxml.jackson.databind.JsonNode;
import dev.dynode.bench.table.Row;
import dev.dynode.bench.table.Row.Figure;
import dev.dynode.bench.table.Row.Unit;
import dev.dynode.bench.table.Samples;
import dev.dynode.cli.run.AttachStream;
import dev.dynode.journal.Intake;
import dev.dynode.journal.Rows;
import dev.dynode.replay.InventedHistory;
import dev.dynode.replay.Offline;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * What is asked of one dyno of an app with a long past, beside the same of a new app, and beside
 * {@code GET /account}, which asks no app: the three alternate.
 */
final class Questions {
  private static final double AIM = 2;

  /** Dynos that run at one time, to be stopped. */
  private static final int MOST_STOPS = 100;

  private static final String APP = "sample";
  private static final String DYNOS = "/apps/" + APP + "/dynos";
  private static final String SLEEP = "sleep 100000";
  private static final Duration PATIENCE = Duration.ofMinutes(1);
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
    var rows = new ArrayList<Row>();
    var old = new Asked(node, DYNOS);
    var young = new Asked(node, "/apps/" + MeasuredNode.APP + "/dynos");
    node.post(young.dynos, MeasuredNode.object().put("command", "true"));
    Waiting.until("it has ended", PATIENCE, () -> young.ended().isPresent());
    String ended = young.ended().orElseThrow();
    String lately = old.ended().orElseThrow();
    rows.addAll(rows(node, "`GET`, one that ended lately", old.get(lately), young.get(ended)));
    rows.addAll(rows(node, "`GET`, the first of all", old.get(oldest), young.get(ended)));
    String live = old.live();
    String other = young.live();
    try (AttachStream _ = node.attach(old.attached, false);
        AttachStream _ = node.attach(young.attached, false)) {
      rows.addAll(rows(node, "`GET`, a live one by name", old.get(live), young.get(other)));
      rows.addAll(rows(node, "resize", old.resize(live), young.resize(other)));
    }
    old.stop(live).make();
    young.stop(other).make();
    int stops = Math.min(effort.rounds(), MOST_STOPS);
    int warmUp = Math.min(effort.warmUp(), stops / 4);
    Deque<String> these = old.detached(warmUp + stops);
    Deque<String> those = young.detached(warmUp + stops);
    rows.addAll(
        rows(
            node,
            "stop",
            () -> old.stop(these.remove()).make(),
            () -> young.stop(those.remove()).make(),
            warmUp,
            stops));
    return rows;
  }

  /** An app that is asked. */
  private static final class Asked {
    private final MeasuredNode node;
    private final String dynos;
    private JsonNode attached = MeasuredNode.object();

    Asked(MeasuredNode node, String dynos) {
      this.node = node;
      this.dynos = dynos;
    }

    Optional<String> ended() throws IOException {
      for (JsonNode dyno : node.get(dynos + "?all=true")) {
        if (dyno.path("state").asText().equals("complete")) {
          return Optional.of(dyno.path("id").asText());
        }
      }
      return Optional.empty();
    }

    /** Name of a dyno that its client is to be attached to. */
    String live() throws IOException {
      attached = node.post(dynos, MeasuredNode.object().put("command", SLEEP).put("attach", true));
      return attached.path("name").asText();
    }

    Deque<String> detached(int count) throws IOException {
      var names = new ArrayDeque<String>();
      for (int i = 0; i < count; i++) {
        JsonNode dyno = node.post(dynos, MeasuredNode.object().put("command", SLEEP));
        names.add(dyno.path("name").asText());
      }
      return names;
    }

    Call get(String dyno) {
      return () -> node.get(dynos + "/" + dyno);
    }

    Call resize(String dyno) {
      var size = MeasuredNode.object().put("columns", 80).put("lines", 24);
      return () -> node.post(dynos + "/" + dyno + "/actions/resize", size);
    }

    Call stop(String dyno) {
      return () -> node.post(dynos + "/" + dyno + "/actions/stop", MeasuredNode.object());
    }
  }

  private List<Row> rows(MeasuredNode node, String what, Call old, Call young) throws IOException {
    return rows(node, what, old, young, effort.warmUp(), effort.rounds());
  }

  private List<Row> rows(
      MeasuredNode node, String what, Call old, Call young, int warmUp, int rounds)
      throws IOException {
    var ours = new Samples();
    var fresh = new Samples();
    var account = new Samples();
    var synced = new Samples();
    for (int i = 0; i < warmUp + rounds; i++) {
      double asked = millis(old);
      double beside = millis(young);
      double nobody = millis(() -> node.get("/account"));
      double write = millis(this::write);
      if (i >= warmUp) {
        ours.add(asked);
        fresh.add(beside);
        account.add(nobody);
        synced.add(nobody + write);
      }
    }
    String whole =
        String.format(
            Locale.ROOT,
            "%s, app of %,d dynos and %,d releases",
            what,
            effort.historyDynos(),
            RELEASES);
    Figure figure = Figure.of(ours, Unit.MILLIS);
    Row floor =
        Row.beside(
            whole,
            figure,
            "`GET /account`, and a synced write of 500 bytes",
            Figure.of(synced, Unit.MILLIS));
    List<Row> rows =
        List.of(
            Row.beside(whole, figure, "`GET /account`", Figure.of(account, Unit.MILLIS))
                .aiming("≤ 2 ×", ours.median() <= AIM * account.median()),
            Row.beside(whole, figure, "the same of a new app", Figure.of(fresh, Unit.MILLIS)));
    return what.contains("GET") ? rows : Stream.concat(rows.stream(), Stream.of(floor)).toList();
  }

  /** What nobody can spare who journals something. */
  private void write() throws IOException {
    try (FileChannel file =
        FileChannel.open(
            folder.resolve("synced"), StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
      file.write(ByteBuffer.allocate(500));
      file.force(false);
    }
  }

  private static double millis(Call call) throws IOException {
    long begin = System.nanoTime();
    call.make();
    return (System.nanoTime() - begin) / 1e6;
  }
}
