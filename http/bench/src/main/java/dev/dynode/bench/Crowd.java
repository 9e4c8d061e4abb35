package dev.dynode.bench;

import com.fasterxml.jackson.databind.JsonNode;
import dev.dynode.bench.table.Row;
import dev.dynode.bench.table.Row.Figure;
import dev.dynode.bench.table.Row.Unit;
import dev.dynode.bench.table.Samples;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Many dynos at the same time: started, listed, stopped, and what each costs the keeper. */
final class Crowd {
  private static final int IN_FLIGHT = 8;
  private static final long PATIENCE_NANOS = TimeUnit.MINUTES.toNanos(3);
  private static final String DYNOS = "/apps/" + MeasuredNode.APP + "/dynos";
  private static final double MILLI = 1e6;
  private static final double SECOND = 1e9;

  private final MeasuredNode node;
  private final int dynos;
  private final int rounds;

  Crowd(MeasuredNode node, Effort effort) {
    this.node = node;
    this.dynos = effort.idleDynos();
    this.rounds = Math.min(effort.rounds(), 20);
  }

  List<Row> measure() throws IOException {
    await("up", 0);
    long keeper = keeper();
    long memory = residentKib(keeper);
    long descriptors = descriptors(keeper);
    long begin = System.nanoTime();
    all(() -> node.create("sleep 100000", false, false));
    await("up", dynos);
    double started = (System.nanoTime() - begin) / SECOND;
    var listing = new Samples();
    for (int i = 0; i < rounds; i++) {
      long asked = System.nanoTime();
      node.get(DYNOS);
      listing.add((System.nanoTime() - asked) / MILLI);
    }
    double grown = (residentKib(keeper) - memory) * 1024.0 / dynos;
    double opened = (double) (descriptors(keeper) - descriptors) / dynos;
    var live = new ArrayList<String>();
    node.get(DYNOS).forEach(dyno -> live.add(dyno.path("id").asText()));
    begin = System.nanoTime();
    for (String dyno : live) {
      node.post(DYNOS + "/" + dyno + "/actions/stop", MeasuredNode.object());
    }
    await("up", 0);
    double stopped = (System.nanoTime() - begin) / SECOND;
    return List.of(
        Row.alone(
            dynos + " dynos at once, " + IN_FLIGHT + " in flight, until all are up",
            Figure.single(dynos / started, Unit.PER_SECOND)),
        Row.alone("– listing them", Figure.of(listing, Unit.MILLIS)),
        Row.alone("– memory (resident) of the keeper, each", Figure.single(grown, Unit.BYTES)),
        Row.alone("– descriptors of the keeper, each", Figure.single(opened, Unit.COUNT)),
        Row.alone(
            "– stopping them, one after the other, until all are retired",
            Figure.single(dynos / stopped, Unit.PER_SECOND)));
  }

  private void all(Callable<JsonNode> create) throws IOException {
    try (var clients = Executors.newFixedThreadPool(IN_FLIGHT)) {
      List<Future<JsonNode>> created = new ArrayList<>();
      for (int i = 0; i < dynos; i++) {
        created.add(clients.submit(create));
      }
      for (Future<JsonNode> each : created) {
        each.get();
      }
    } catch (ExecutionException e) {
      throw e.getCause() instanceof IOException io ? io : new IOException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  /** Until so many dynos live, all of them in this state. */
  private void await(String state, int count) throws IOException {
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    while (true) {
      JsonNode live = node.get(DYNOS);
      int reached = 0;
      for (JsonNode dyno : live) {
        reached += dyno.path("state").asText().equals(state) ? 1 : 0;
      }
      if (live.size() == count && reached == count) {
        return;
      }
      if (System.nanoTime() > deadline) {
        throw new IOException(reached + " dynos are " + state + ", not " + count);
      }
      try {
        TimeUnit.MILLISECONDS.sleep(200);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted", e);
      }
    }
  }

  private static long residentKib(long pid) throws IOException {
    try (Stream<String> lines = Files.lines(Path.of("/proc/" + pid + "/status"))) {
      return lines
          .filter(line -> line.startsWith("VmRSS:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
          .sum();
    }
  }

  private static long descriptors(long pid) throws IOException {
    try (Stream<Path> open = Files.list(Path.of("/proc/" + pid + "/fd"))) {
      return open.count();
    }
  }

  private long keeper() throws IOException {
    try (Stream<Path> places = Files.list(node.data().resolve("keeper"))) {
      Path pid =
          places.map(place -> place.resolve("pid")).filter(Files::exists).findAny().orElseThrow();
      return Long.parseLong(Files.readString(pid).strip());
    }
  }
}
