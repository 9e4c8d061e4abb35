package dev.dynode.journal;

import dev.dynode.read.EventHistory;
import dev.dynode.read.EventRecord;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.stream.javadsl.Sink;

/**
 * Durable events a second with 1, 64 and 1,000 writes in flight (1,000 actors), and the rate at
 * which the whole journal is read. Arguments: folder, seconds per measurement.
 */
final class JournalBench {
  private static final int ACTORS = 1000;

  private JournalBench() {}

  public static void main(String[] args) throws Exception {
    Path folder = Files.createDirectories(Path.of(args[0]));
    int seconds = args.length > 1 ? Integer.parseInt(args[1]) : 5;
    try (var node = TestNode.open(folder)) {
      var counters = new ArrayList<ActorRef<Counter.Command>>();
      for (int i = 0; i < ACTORS; i++) {
        counters.add(node.counter("actor-" + i));
      }
      measure(node, counters, 1000, 5, "warm");
      for (int inFlight : new int[] {1, 64, 1000}) {
        measure(node, counters, inFlight, seconds, "c=" + inFlight);
      }
      for (int round = 0; round < 3; round++) {
        read(node);
      }
    }
  }

  private static void measure(
      TestNode node,
      List<ActorRef<Counter.Command>> counters,
      int inFlight,
      int seconds,
      String name)
      throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    var latencies = new long[4_000_000];
    var count = new AtomicInteger();
    var done = new CountDownLatch(inFlight);
    for (int i = 0; i < inFlight; i++) {
      node.system()
          .systemActorOf(
              driver(counters, i, inFlight, end, latencies, count, done),
              name + "-" + i,
              Props.empty());
    }
    done.await();
    int n = Math.min(count.get(), latencies.length);
    Arrays.sort(latencies, 0, n);
    System.out.printf(
        "%-7s %,9d events/s  p50 %.2f ms  p99 %.2f ms%n",
        name, count.get() / seconds, latencies[n / 2] / 1e6, latencies[(int) (n * 0.99)] / 1e6);
  }

  private static Behavior<Long> driver(
      List<ActorRef<Counter.Command>> counters,
      int number,
      int inFlight,
      long end,
      long[] latencies,
      AtomicInteger count,
      CountDownLatch done) {
    String note =
        "a lifecycle event of about a hundred and fifty bytes, as dynos have them: placed, started, exited";
    int share = ACTORS / inFlight;
    return Behaviors.setup(
        context -> {
          var sent = new long[] {System.nanoTime()};
          counters.get(number * share).tell(new Counter.Add(note, context.getSelf()));
          return Behaviors.receiveMessage(
              _ -> {
                long now = System.nanoTime();
                int i = count.getAndIncrement();
                if (i < latencies.length) {
                  latencies[i] = now - sent[0];
                }
                if (now > end) {
                  done.countDown();
                  return Behaviors.stopped();
                }
                sent[0] = now;
                counters
                    .get(number * share + ThreadLocalRandom.current().nextInt(share))
                    .tell(new Counter.Add(note, context.getSelf()));
                return Behaviors.same();
              });
        });
  }

  private static void read(TestNode node) throws Exception {
    long start = System.nanoTime();
    int events =
        new EventHistory(node.system())
            .all(1)
            .runWith(Sink.fold(0, (Integer sum, EventRecord _) -> sum + 1), node.system())
            .toCompletableFuture()
            .get(10, TimeUnit.MINUTES);
    double seconds = (System.nanoTime() - start) / 1e9;
    System.out.printf("read    %,9.0f events/s (%,d events)%n", events / seconds, events);
  }
}
