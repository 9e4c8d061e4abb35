package dev.dynode.bench.cluster;

import dev.dynode.bench.table.Samples;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/**
 * Creates of dynos by the Platform API, begun at a fixed rate whatever becomes of those before. The
 * time of each counts from when it was due, not from when it was sent.
 */
final class Admissions {
  private static final Duration LONGEST = Duration.ofSeconds(30);

  private final MeasuredCluster cluster;
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  Admissions(MeasuredCluster cluster) {
    this.cluster = cluster;
  }

  /**
   * The times of all, in milliseconds; none if so many are not answered that the rate is more than
   * the cluster can do.
   */
  Samples at(int rate, int seconds) throws IOException {
    var times = new ConcurrentLinkedQueue<Double>();
    var failure = new AtomicReference<String>();
    var room = new Semaphore(rate); // more than a second behind
    int count = rate * seconds;
    long begin = System.nanoTime();
    for (int i = 0; i < count; i++) {
      long due = begin + (long) (i * 1e9 / rate);
      for (long wait = due - System.nanoTime(); wait > 0; wait = due - System.nanoTime()) {
        LockSupport.parkNanos(wait);
      }
      if (!room.tryAcquire()) {
        settle(room, rate);
        return new Samples();
      }
      var _ =
          http.sendAsync(request(i), HttpResponse.BodyHandlers.ofString())
              .whenComplete(
                  (answer, thrown) -> {
                    times.add((System.nanoTime() - due) / 1e6);
                    if (thrown != null || answer.statusCode() != 201) {
                      failure.set(
                          thrown == null
                              ? answer.statusCode() + " " + answer.body()
                              : thrown.toString());
                    }
                    room.release();
                  });
    }
    settle(room, rate);
    if (failure.get() != null) {
      throw new IOException("A create was not answered as it should be: " + failure.get());
    }
    var samples = new Samples();
    times.forEach(samples::add);
    return samples;
  }

  private static void settle(Semaphore room, int rate) throws IOException {
    try {
      if (!room.tryAcquire(rate, LONGEST.toSeconds(), TimeUnit.SECONDS)) {
        throw new IOException("Creates are not answered within " + LONGEST.toSeconds() + " s.");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  private HttpRequest request(int number) {
    List<ControlNode> nodes = cluster.nodes();
    ControlNode node = nodes.get(number % nodes.size());
    return HttpRequest.newBuilder(
            node.api().resolve("/apps/bench-" + number % cluster.apps().size() + "/dynos"))
        .timeout(LONGEST)
        .header("Authorization", "Bearer " + node.token())
        .header("Accept", "application/vnd.heroku+json; version=3")
        .header("Content-Type", "application/json")
        .POST(HttpRequest.BodyPublishers.ofString("{\"command\":\"true\"}"))
        .build();
  }
}
