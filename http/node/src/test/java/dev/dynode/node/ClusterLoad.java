package dev.dynode.node;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Clients that run one detached dyno after the other in several apps, and note what they are told.
 * Each dyno prints a mark of its own and ends with a status that follows from it.
 */
final class ClusterLoad implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int STATUSES = 7;

  /** Where the marks of a second load beside the first one begin. */
  static final int SECOND = 1_000_000;

  private final HttpClient http = HttpClient.newHttpClient();
  private final Supplier<NodeProcess> edges;
  private final List<String> apps;
  private final AtomicInteger marks;
  private final ConcurrentLinkedQueue<Call> calls = new ConcurrentLinkedQueue<>();
  private final List<Thread> clients = new ArrayList<>();
  private volatile boolean over;

  /**
   * What nodes are set to that stand such a load.
   *
   * @param limit one-off dynos of an app at the same time
   */
  static String config(int limit) {
    return """
    dynode.api { streams.max-lines = 10000000, rate-limit { burst = 1000000, per-minute = 1000000 } }
    dynode.logs.kept-lines = 1000000
    dynode.apps.one-off-limits.standard = %d
    """
        .formatted(limit);
  }

  /**
   * What a client knows of one of its calls.
   *
   * @param status of the answer; 0: there was none
   * @param dyno id, where it was granted
   * @param nanos from the call to the answer
   */
  record Call(
      String app, int mark, int status, @Nullable String dyno, String said, long at, long nanos) {
    boolean granted() {
      return dyno != null;
    }

    int exit() {
      return mark % STATUSES;
    }
  }

  /**
   * Starts so many clients for each app.
   *
   * @param edges names the edge to ask, for each call
   */
  ClusterLoad(Supplier<NodeProcess> edges, List<String> apps, int clientsEach, Duration pause) {
    this(edges, apps, clientsEach, pause, 0);
  }

  /**
   * @param after marks begin after this one
   */
  ClusterLoad(
      Supplier<NodeProcess> edges, List<String> apps, int clientsEach, Duration pause, int after) {
    this.edges = edges;
    this.apps = apps;
    marks = new AtomicInteger(after);
    for (String app : apps) {
      for (int i = 0; i < clientsEach; i++) {
        clients.add(Thread.ofVirtual().start(() -> run(app, pause)));
      }
    }
  }

  private void run(String app, Duration pause) {
    try {
      while (!over) {
        calls.add(call(app, marks.incrementAndGet()));
        Thread.sleep(pause);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private Call call(String app, int mark) throws InterruptedException {
    NodeProcess edge = edges.get();
    long from = System.nanoTime();
    int status = 0;
    String dyno = null;
    String said;
    try {
      HttpResponse<String> answer =
          http.send(
              HttpRequest.newBuilder(edge.api().resolve("/apps/" + app + "/dynos"))
                  .timeout(PATIENCE)
                  .header("Authorization", "Bearer " + edge.token())
                  .header("Accept", "application/vnd.heroku+json; version=3")
                  .header("Content-Type", "application/json")
                  .POST(
                      HttpRequest.BodyPublishers.ofString(
                          "{\"command\": \"echo mark-%d-; exit %d\"}"
                              .formatted(mark, mark % STATUSES)))
                  .build(),
              HttpResponse.BodyHandlers.ofString());
      status = answer.statusCode();
      said = answer.body();
      if (status == 201) {
        dyno = JSON.readTree(said).path("id").asText();
      }
    } catch (IOException e) {
      said = e.toString();
    }
    return new Call(app, mark, status, dyno, said, from, System.nanoTime() - from);
  }

  /** All calls so far, in the order of their answers. */
  List<Call> calls() {
    return List.copyOf(calls);
  }

  List<String> apps() {
    return apps;
  }

  /** How many answers there were of each status. */
  Map<Integer, Integer> statuses() {
    Map<Integer, Integer> counts = new TreeMap<>();
    calls.forEach(call -> counts.merge(call.status(), 1, Integer::sum));
    return counts;
  }

  /** The slowest answers since a moment (by {@link System#nanoTime}), by app, in milliseconds. */
  Map<String, Long> slowestSince(long nanos) {
    Map<String, Long> slowest = new TreeMap<>();
    for (Call call : calls) {
      if (call.at() + call.nanos() > nanos) {
        slowest.merge(call.app(), call.nanos() / 1_000_000, Math::max);
      }
    }
    return slowest;
  }

  /** Waits until every client has its last answer. */
  @Override
  public void close() {
    over = true;
    for (Thread client : clients) {
      try {
        client.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
