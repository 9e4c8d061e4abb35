package dev.dynode.bench;

import com.fasterxml.jackson.databind.JsonNode;
import dev.dynode.bench.table.Row;
import dev.dynode.bench.table.Row.Figure;
import dev.dynode.bench.table.Row.Unit;
import dev.dynode.bench.table.Samples;
import dev.dynode.runtime.RawProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** Many processes that end together: how long each one's slot is taken for nothing. */
final class Ends {
  private static final int MOST = 50;
  private static final int ROUNDS = 10;
  private static final double AIM_MILLIS = 100;
  private static final double MILLI = 1e6;
  private static final long PATIENCE_NANOS = TimeUnit.MINUTES.toNanos(3);

  /** How soon the app's events are looked at again. */
  private static final long PAUSE_MILLIS = 5;

  private static final String READY = "mkfifo /tmp/%1$s && echo up && read -r _ < /tmp/%1$s";

  private final MeasuredNode node;
  private final BareBox box;
  private final int together;
  private final int rounds;

  Ends(MeasuredNode node, BareBox box, Effort effort) {
    this.node = node;
    this.box = box;
    together = Math.min(MOST, effort.idleDynos());
    rounds = Math.min(ROUNDS, effort.rounds());
  }

  List<Row> measure() throws IOException {
    var freed = new Samples();
    var reaped = new Samples();
    for (int i = -1; i < rounds; i++) {
      dynos("ends-" + (i + 1), i < 0 ? new Samples() : freed);
      boxes(i < 0 ? new Samples() : reaped);
    }
    Figure ours = Figure.of(freed, Unit.MILLIS);
    return List.of(
        Row.beside(
                together + " processes ending together, each until its slot is free",
                ours,
                box.name() + ", reaped",
                Figure.of(reaped, Unit.MILLIS))
            .aiming("p99 ≤ 100 ms", ours.p99().orElseThrow() <= AIM_MILLIS));
  }

  /**
   * A slot is free once the app itself has journaled that the dyno is over. That is looked for only
   * when all dynos have told their ends, for looking takes its time from the node: no slot is told
   * as free too early, some too late.
   */
  private void dynos(String app, Samples freed) throws IOException {
    node.post("/apps", MeasuredNode.object().put("name", app));
    List<JsonNode> dynos = new ArrayList<>();
    Map<String, Long> ended = new HashMap<>();
    try (LogTail log = node.tail(app)) {
      for (int i = 0; i < together; i++) {
        dynos.add(node.create(app, READY.formatted("end"), false, false));
      }
      for (JsonNode dyno : dynos) {
        log.printed(dyno.path("name").asText(), "up");
      }
      for (JsonNode dyno : dynos) {
        ended.put(dyno.path("id").asText(), end(node.temporary(dyno, "end")));
      }
      for (JsonNode dyno : dynos) {
        log.retired(dyno.path("name").asText());
      }
    }
    Set<String> over = new HashSet<>();
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    while (over.size() < together) {
      JsonNode events = node.get("/apps/" + app + "/events");
      long now = System.nanoTime();
      for (JsonNode event : events) {
        String dyno = event.path("details").path("id").asText();
        if (event.path("type").asText().equals("DynoRetired") && over.add(dyno)) {
          freed.add((now - ended.getOrDefault(dyno, now)) / MILLI);
        }
      }
      if (now > deadline) {
        throw new IOException("Only " + over.size() + " of " + together + " dynos are over.");
      }
      pause();
    }
  }

  private void boxes(Samples reaped) throws IOException {
    List<RawProcess> processes = new ArrayList<>();
    try (var waiters = Executors.newFixedThreadPool(together)) {
      List<Future<Long>> gone = new ArrayList<>();
      for (int i = 0; i < together; i++) {
        Files.deleteIfExists(box.temporary("end-" + i));
        RawProcess process = box.run(READY.formatted("end-" + i));
        processes.add(process);
        BareBox.checked(process.read(new byte[1]), 0);
        gone.add(
            waiters.submit(
                () -> {
                  process.await();
                  return System.nanoTime();
                }));
      }
      List<Long> ended = new ArrayList<>();
      for (int i = 0; i < together; i++) {
        ended.add(end(box.temporary("end-" + i)));
      }
      for (int i = 0; i < together; i++) {
        reaped.add((gone.get(i).get() - ended.get(i)) / MILLI);
      }
    } catch (ExecutionException e) {
      throw new IOException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } finally {
      for (RawProcess process : processes) {
        process.close();
      }
    }
  }

  /** Lets the process that reads this pipe end; when that was. */
  private static long end(Path pipe) throws IOException {
    long now = System.nanoTime();
    Files.writeString(pipe, "\n");
    return now;
  }

  private static void pause() throws IOException {
    try {
      TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }
}
