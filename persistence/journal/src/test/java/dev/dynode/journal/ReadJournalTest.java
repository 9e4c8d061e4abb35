package dev.dynode.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.dynode.read.EventHistory;
import dev.dynode.read.EventRecord;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.LongStream;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.apache.pekko.persistence.query.EventEnvelope;
import org.apache.pekko.persistence.query.Offset;
import org.apache.pekko.persistence.query.PersistenceQuery;
import org.apache.pekko.persistence.query.Sequence;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.SinkQueueWithCancel;
import org.apache.pekko.stream.javadsl.Source;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The queries over a real journal written by real actors. */
@Tag("unit")
class ReadJournalTest {
  @TempDir Path folder;
  private TestNode node;
  private RocksReadJournal journal;

  private Config config() {
    return ConfigFactory.parseString("dynode.journal.read-chunk = 50")
        .withFallback(TestNode.config(folder));
  }

  @BeforeEach
  void open() {
    node = TestNode.open(config());
    journal = journal(node);
  }

  @AfterEach
  void close() {
    node.close();
  }

  @Test
  void readsWhatIsThereAndEnds() throws Exception {
    // More than two chunks of 50, so that a stream has to go on where it stopped.
    Instant before = Instant.now().minusMillis(1);
    add(node.counter("a"), 120);
    add(node.counter("ab"), 3);
    assertEquals(
        numbers(1, 120), sequenceNrs(journal.currentEventsByPersistenceId("a", 0, Long.MAX_VALUE)));
    assertEquals(numbers(60, 115), sequenceNrs(journal.currentEventsByPersistenceId("a", 60, 115)));
    assertEquals(
        List.of(), sequenceNrs(journal.currentEventsByPersistenceId("b", 0, Long.MAX_VALUE)));
    assertEquals(List.of("a", "ab"), all(journal.currentPersistenceIds()));
    assertEquals(numbers(1, 123), offsets(journal.currentEvents(Offset.noOffset())));
    assertEquals(numbers(121, 123), offsets(journal.currentEvents(Offset.sequence(120))));

    List<EventRecord> history = all(new EventHistory(node.system()).of("ab"));
    assertEquals(3, history.size());
    EventRecord second = history.get(1);
    assertEquals(new Counter.Added(2, "note"), second.event());
    assertEquals(122, second.offset());
    assertEquals(
        true, second.timestamp().isAfter(before) && !second.timestamp().isAfter(Instant.now()));
    assertEquals(2, all(new EventHistory(node.system()).all(122)).size());
  }

  @Test
  void followsWithoutPolling() throws Exception {
    ActorRef<Counter.Command> a = node.counter("a");
    add(a, 2);
    var one = queue(journal.eventsByPersistenceId("a", 2, 4));
    var whole = queue(journal.events(Offset.sequence(1)));
    assertEquals(2, next(one).sequenceNr());
    assertEquals(2, next(whole).sequenceNr());
    for (int i = 3; i <= 4; i++) {
      var soon = one.pull();
      var soonToo = whole.pull();
      add(node.counter("b" + i), 1);
      add(a, 1);
      assertEquals(i, get(soon).orElseThrow().sequenceNr());
      assertEquals("b" + i, get(soonToo).orElseThrow().persistenceId());
      assertEquals("a", next(whole).persistenceId());
    }
    assertEquals(Optional.empty(), get(one.pull()));
    whole.cancel();
    var tails = RocksDatabase.get(node.system()).commits.tails();
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    while (tails.count() > 0 && System.nanoTime() < deadline) {
      Thread.onSpinWait();
    }
    assertEquals(0, tails.count());
  }

  @Test
  void actorsRecoverAfterARestartAndOffsetsGoOn() throws Exception {
    add(node.counter("a"), 70);
    node.close();
    node = TestNode.open(config());
    journal = journal(node);
    ActorRef<Counter.Command> a = node.counter("a");
    assertEquals(
        70,
        get(
            AskPattern.<Counter.Command, Long>ask(
                a, Counter.Get::new, TestNode.patience(), node.system().scheduler())));
    add(a, 1);
    assertEquals(numbers(71, 71), offsets(journal.currentEvents(Offset.sequence(70))));
    get(
        AskPattern.<Counter.Command, Done>ask(
            a, Counter.Stop::new, TestNode.patience(), node.system().scheduler()));
  }

  @Test
  void doesNotOpenAFolderInUse() {
    var other = TestNode.open(folder);
    try (other) {
      var refusal =
          assertThrows(
              JournalUnavailable.class,
              () -> {
                RocksDatabase.get(node.system());
                RocksDatabase.get(other.system());
              });
      assertEquals("another node uses this data folder: " + folder, refusal.getMessage());
    }
  }

  private void add(ActorRef<Counter.Command> counter, int count) throws Exception {
    List<CompletableFuture<Long>> answers = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      answers.add(
          AskPattern.<Counter.Command, Long>ask(
                  counter,
                  to -> new Counter.Add("note", to),
                  Duration.ofSeconds(20),
                  node.system().scheduler())
              .toCompletableFuture());
    }
    for (var answer : answers) {
      get(answer);
    }
  }

  private static RocksReadJournal journal(TestNode node) {
    return PersistenceQuery.get(node.system())
        .getReadJournalFor(RocksReadJournal.class, RocksReadJournal.IDENTIFIER);
  }

  private <T> SinkQueueWithCancel<T> queue(Source<T, ?> source) {
    return source.runWith(Sink.queue(), node.system());
  }

  private static EventEnvelope next(SinkQueueWithCancel<EventEnvelope> queue) throws Exception {
    return get(queue.pull()).orElseThrow();
  }

  private <T> List<T> all(Source<T, ?> source) throws Exception {
    return get(source.runWith(Sink.seq(), node.system()));
  }

  private List<Long> sequenceNrs(Source<EventEnvelope, ?> source) throws Exception {
    return all(source.map(EventEnvelope::sequenceNr));
  }

  private List<Long> offsets(Source<EventEnvelope, ?> source) throws Exception {
    return all(source.map(envelope -> ((Sequence) envelope.offset()).value()));
  }

  private static List<Long> numbers(long from, long to) {
    return LongStream.rangeClosed(from, to).boxed().toList();
  }

  private static <T> T get(CompletionStage<T> stage)
      throws ExecutionException, InterruptedException, TimeoutException {
    return stage.toCompletableFuture().get(20, TimeUnit.SECONDS);
  }
}
