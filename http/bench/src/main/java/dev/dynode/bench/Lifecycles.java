package dev.dynode.bench;

import dev.dynode.bench.table.Row;
import dev.dynode.bench.table.Row.Figure;
import dev.dynode.bench.table.Row.Unit;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/** Whole lives of detached dynos, from the request to the journaled Retired, many at a time. */
final class Lifecycles {
  private final MeasuredNode node;
  private final Effort effort;

  Lifecycles(MeasuredNode node, Effort effort) {
    this.node = node;
    this.effort = effort;
  }

  List<Row> measure() throws IOException {
    List<Row> rows = new ArrayList<>();
    try (LogTail log = node.tail()) {
      atOnce(effort.concurrency().getLast(), effort.lifecycles(), () -> live(log));
      String last = live(log);
      int events = node.get("/apps/" + MeasuredNode.APP + "/dynos/" + last + "/events").size();
      for (int clients : effort.concurrency()) {
        double ours = atOnce(clients, effort.lifecycles(), () -> live(log));
        double floor = atOnce(clients, effort.lifecycles(), Lifecycles::fork);
        rows.add(
            Row.beside(
                "durable lives of detached `true`, "
                    + clients
                    + (clients == 1 ? " client" : " clients"),
                Figure.single(ours, Unit.PER_SECOND),
                "fork+exec+wait of `sh -c true`",
                Figure.single(floor, Unit.PER_SECOND)));
        rows.add(
            Row.alone(
                "– events of these dynos, " + events + " each",
                Figure.single(ours * events, Unit.PER_SECOND)));
      }
    }
    return rows;
  }

  private String live(LogTail log) throws IOException {
    String dyno = node.create("true", false, false).path("name").asText();
    log.retired(dyno);
    return dyno;
  }

  private static String fork() throws IOException {
    return Programs.run(List.of("/bin/sh", "-c", "true"));
  }

  /** How many per second. */
  static double atOnce(int clients, int count, Callable<?> life) throws IOException {
    var left = new AtomicInteger(count);
    long begin = System.nanoTime();
    try (ExecutorService threads = Executors.newFixedThreadPool(clients)) {
      List<Future<?>> all = new ArrayList<>();
      for (int i = 0; i < clients; i++) {
        all.add(
            threads.submit(
                () -> {
                  while (left.getAndDecrement() > 0) {
                    life.call();
                  }
                  return null;
                }));
      }
      for (Future<?> client : all) {
        client.get();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } catch (ExecutionException e) {
      throw new IOException(e.getCause());
    }
    return count / ((System.nanoTime() - begin) / 1e9);
  }
}
