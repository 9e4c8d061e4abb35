package dev.dynode.bench;

import com.fasterxml.jackson.databind.JsonNode;
import dev.dynode.bench.table.Row;
import dev.dynode.bench.table.Row.Figure;
import dev.dynode.bench.table.Row.Unit;
import dev.dynode.bench.table.Samples;
import dev.dynode.cli.run.AttachStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLContext;

/** From the request to what a dyno prints. */
final class Starts {
  private static final double MILLI = 1e6;
  private static final double AIM_MILLIS = 15;
  private static final double AIM_AGAINST_BOX = 2;
  private static final double AIM_AGAINST_SSH = 5;
  private static final List<String> BARE = List.of("/bin/sh", "-c", "echo hi");
  private static final String FLOOR = "fork+exec of `sh -c 'echo hi'`";

  private final MeasuredNode node;
  private final Peers peers;
  private final BareBox box;
  private final Effort effort;

  Starts(MeasuredNode node, Peers peers, BareBox box, Effort effort) {
    this.node = node;
    this.peers = peers;
    this.box = box;
    this.effort = effort;
  }

  /** The steps of one attached start, each in milliseconds from the request. */
  private record Steps(Samples created, Samples secured, Samples greeted, Samples printed) {
    Steps() {
      this(new Samples(), new Samples(), new Samples(), new Samples());
    }
  }

  List<Row> attached() throws IOException {
    var steps = new Steps();
    var floor = new Samples();
    var boxes = new Samples();
    Map<Peers.Peer, Samples> theirs = new LinkedHashMap<>();
    peers.starting().forEach(peer -> theirs.put(peer, new Samples()));
    try (LogTail log = node.tail()) {
      for (int i = 0; i < effort.warmUp(); i++) {
        attachedOnce(log, new Steps());
        Programs.nanosToFirstByte(BARE);
      }
      for (int i = 0; i < effort.rounds(); i++) {
        attachedOnce(log, steps);
        floor.add(Programs.nanosToFirstByte(BARE) / MILLI);
        boxes.add(box.start());
        for (var peer : theirs.entrySet()) {
          peer.getValue().add(Programs.nanosToFirstByte(peer.getKey().command()) / MILLI);
        }
      }
    }
    List<Row> rows = new ArrayList<>();
    String what = "attached start, request to first byte of `echo hi`";
    Figure ours = Figure.of(steps.printed, Unit.MILLIS);
    rows.add(
        Row.beside(what, ours, FLOOR, Figure.of(floor, Unit.MILLIS))
            .aiming("median < 15 ms", ours.median() < AIM_MILLIS));
    Row beside = Row.beside(what, ours, box.name(), millis(boxes));
    rows.add(beside.aiming("at most 2 times", beside.ratio().orElseThrow() <= AIM_AGAINST_BOX));
    theirs.forEach(
        (peer, samples) -> {
          Figure figure = Figure.of(samples, Unit.MILLIS);
          Row row = Row.beside(what, ours, peer.name(), figure);
          rows.add(
              peer.fresh()
                  ? row.aiming(
                      "5 times faster than ssh", figure.median() >= AIM_AGAINST_SSH * ours.median())
                  : row);
        });
    peers.absent().forEach((name, why) -> rows.add(Row.without(what, ours, name, why)));
    rows.add(Row.alone("– of that until the create is answered", millis(steps.created)));
    rows.add(Row.alone("– until TLS is up and the token sent", millis(steps.secured)));
    rows.add(Row.alone("– until the greeting (process started)", millis(steps.greeted)));
    return rows;
  }

  private static Figure millis(Samples samples) {
    return Figure.of(samples, Unit.MILLIS);
  }

  private void attachedOnce(LogTail log, Steps steps) throws IOException {
    SSLContext trust = node.freshTrust();
    long begin = System.nanoTime();
    JsonNode dyno = node.create("echo hi", true, true);
    steps.created.add((System.nanoTime() - begin) / MILLI);
    try (AttachStream stream = MeasuredNode.dial(dyno, trust, true)) {
      steps.secured.add((System.nanoTime() - begin) / MILLI);
      boolean greeted = stream.greeted();
      steps.greeted.add((System.nanoTime() - begin) / MILLI);
      int first = stream.output().read();
      steps.printed.add((System.nanoTime() - begin) / MILLI);
      if (!greeted || first != 'h') {
        throw new IOException("The dyno printed " + first + " instead of h.");
      }
      stream.endInput();
      stream.output().readAllBytes();
    }
    log.retired(dyno.path("name").asText());
  }

  List<Row> detached() throws IOException {
    var printed = new Samples();
    var up = new Samples();
    var floor = new Samples();
    try (LogTail log = node.tail()) {
      for (int i = 0; i < effort.warmUp(); i++) {
        detachedOnce(log, new Samples(), new Samples());
      }
      for (int i = 0; i < effort.rounds(); i++) {
        detachedOnce(log, printed, up);
        floor.add(Programs.nanosToFirstByte(BARE) / MILLI);
      }
    }
    Optional<Figure> bare = Optional.of(millis(floor));
    return List.of(
        new Row(
            "detached start, request to its line in a tailed log session",
            millis(printed),
            FLOOR,
            bare,
            Optional.empty()),
        new Row(
            "detached start, request to the journaled Started told by that session",
            millis(up),
            FLOOR,
            bare,
            Optional.empty()));
  }

  private void detachedOnce(LogTail log, Samples printed, Samples up) throws IOException {
    long begin = System.nanoTime();
    String dyno = node.create("echo hi", false, false).path("name").asText();
    printed.add((log.printed(dyno, "hi") - begin) / MILLI);
    up.add((log.up(dyno) - begin) / MILLI);
    log.retired(dyno);
  }
}
