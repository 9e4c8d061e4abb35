package dev.dynode.engine.actor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.typesafe.config.ConfigFactory;
import dev.dynode.domain.Decider;
import dev.dynode.domain.Decision;
import dev.dynode.domain.Failure;
import dev.dynode.domain.Refusal;
import dev.dynode.engine.actor.DeciderActor.Decide;
import dev.dynode.engine.actor.DeciderActor.Message;
import dev.dynode.engine.actor.DeciderActor.Outcome;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.persistence.testkit.JournalOperation;
import org.apache.pekko.persistence.testkit.PersistenceTestKitPlugin;
import org.apache.pekko.persistence.testkit.ProcessingPolicy;
import org.apache.pekko.persistence.testkit.ProcessingResult;
import org.apache.pekko.persistence.testkit.ProcessingSuccess;
import org.apache.pekko.persistence.testkit.Reject;
import org.apache.pekko.persistence.testkit.StorageFailure;
import org.apache.pekko.persistence.testkit.WriteEvents;
import org.apache.pekko.persistence.testkit.javadsl.PersistenceTestKit;
import org.apache.pekko.persistence.typed.PersistenceId;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The shell around rules, over a journal that fails and rejects, and rules that are wrong. */
@Tag("unit")
class DeciderActorTest {
  private static final String ID = "Words|all";

  /** Longer than anybody waits here, on a machine however busy. */
  private static final Duration BOUND = Duration.ofSeconds(60);

  /** Restarts wait for up to 3.6 s each, and whoever asks may be behind several of them. */
  private static final Duration AFTER_MANY_FAULTS = Duration.ofMinutes(2);

  private final ActorTestKit kit =
      ActorTestKit.create(
          PersistenceTestKitPlugin.getInstance()
              .config()
              .withFallback(
                  ConfigFactory.parseString(
                      """
                      pekko.persistence.testkit.events.serialize = off
                      pekko.loglevel = OFF
                      """)));
  private final PersistenceTestKit journal = PersistenceTestKit.create(kit.system());
  private final List<String> said = new CopyOnWriteArrayList<>();
  private final AtomicInteger mutes = new AtomicInteger();
  private ActorRef<Message<Say, Said, Set<String>>> actor =
      kit.system().deadLetters().unsafeUpcast();

  /** What is at fault is written in the word. */
  record Say(String word) {}

  record Said(String word) {}

  /** Words, each once. */
  private static final class Words implements Decider<Say, Said, Set<String>, String> {
    @Override
    public Set<String> initial() {
      return Set.of();
    }

    @Override
    public Decision<Said> decide(Set<String> words, Say command, Instant now) {
      fault(command.word(), "decide");
      return command.word().equals("no")
          ? Decision.refuse(Refusal.invalid("no"))
          : words.contains(command.word())
              ? Decision.accept()
              : Decision.accept(new Said(command.word()));
    }

    @Override
    public Set<String> evolve(Set<String> words, Said event) {
      fault(event.word(), "evolve");
      var more = new HashSet<>(words);
      more.add(event.word());
      return Set.copyOf(more);
    }

    @Override
    public List<String> react(Said event, Set<String> after) {
      fault(event.word(), "react");
      return List.of(event.word());
    }

    @Override
    public List<String> resume(Set<String> words, Instant now) {
      return List.copyOf(words);
    }

    private static void fault(String word, String where) {
      if (word.startsWith(where)) {
        throw new IllegalStateException("a bug in " + where);
      }
      if (word.startsWith("deep-" + where)) {
        fault(word, where);
        fault(word, where);
      }
    }
  }

  @BeforeEach
  void start() {
    actor =
        kit.spawn(
            DeciderActor.create(
                PersistenceId.ofUniqueId(ID),
                new Words(),
                InstantSource.system(),
                (_, _) ->
                    new DeciderActor.Executor<String, Set<String>>() {
                      @Override
                      public void changed(Set<String> words) {}

                      @Override
                      public void execute(String word) {
                        if (mutes.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
                          throw new IllegalStateException("a bug in the executor");
                        }
                        said.add(word);
                      }
                    }));
  }

  @AfterEach
  void stop() {
    kit.shutdownTestKit();
  }

  private TestProbe<Outcome<Said, Set<String>>> ask(String word) {
    TestProbe<Outcome<Said, Set<String>>> probe = kit.createTestProbe();
    actor.tell(new Decide<>(new Say(word), probe.ref()::tell));
    return probe;
  }

  private Outcome<Said, Set<String>> say(String word) {
    return ask(word).receiveMessage(BOUND);
  }

  private Set<String> words(String word) {
    return assertInstanceOf(Outcome.Accepted.class, say(word)).state() instanceof Set<?> words
        ? new HashSet<>(words.stream().map(String::valueOf).toList())
        : Set.of();
  }

  private static Failure.Kind failed(Outcome<Said, Set<String>> outcome) {
    if (outcome instanceof Outcome.Failed<Said, Set<String>>(Failure why)) {
      return why.kind();
    }
    throw new AssertionError(outcome);
  }

  private Set<String> journaled() {
    return new Words()
        .replay(journal.persistedInStorage(ID).stream().map(event -> (Said) event).toList());
  }

  @Test
  void aRejectedWriteFailsItsOwnCommandAlone() {
    journal.rejectNextPersisted(ID);
    assertEquals(Failure.Kind.NOT_DONE, failed(say("a")));
    assertEquals(Set.of("b"), words("b"));
    assertEquals(journaled(), words("b"));
  }

  @Test
  void whatWaitedBehindARejectedWriteIsDecided() {
    assertEquals(Set.of("first"), words("first"));
    journal.rejectNextPersisted(ID);
    var probes = new ArrayList<TestProbe<Outcome<Said, Set<String>>>>();
    for (int i = 0; i < 50; i++) {
      probes.add(ask("word-" + i));
    }
    assertEquals(Failure.Kind.NOT_DONE, failed(probes.getFirst().receiveMessage(BOUND)));
    for (var probe : probes.subList(1, probes.size())) {
      assertInstanceOf(Outcome.Accepted.class, probe.receiveMessage(BOUND));
    }
    assertEquals(50, journaled().size());
  }

  @Test
  void aFailedWriteIsToldAsPerhapsDone() {
    journal.failNextPersisted(ID);
    assertEquals(Failure.Kind.MAY_BE_DONE, failed(say("a")));
    assertEquals(Set.of("b"), words("b"));
  }

  @Test
  void rulesThatFailFailOneCommandAndJournalNothing() {
    for (String where : List.of("decide", "evolve", "react", "deep-decide", "deep-evolve")) {
      assertEquals(Failure.Kind.BROKEN, failed(say(where)), where);
      assertTrue(words("after-" + where).contains("after-" + where));
    }
    assertEquals(5, journaled().size());
  }

  @Test
  void whatTheExecutorFailsAtIsDoneLater() {
    mutes.set(1);
    assertEquals(Set.of("a"), words("a"));
    kit.createTestProbe()
        .awaitAssert(
            BOUND,
            () -> {
              assertTrue(said.contains("a"));
              return true;
            });
  }

  @Test
  void whatIsInsistedOnIsDecidedHoweverOftenItFails() {
    journal.rejectNextNPersisted(ID, 2);
    TestProbe<Outcome<Said, Set<String>>> probe = kit.createTestProbe();
    actor.tell(Decide.insisting(new Say("a"), probe.ref()::tell));
    assertInstanceOf(Outcome.Accepted.class, probe.receiveMessage(BOUND));
    journal.failNextNPersisted(ID, 2);
    actor.tell(Decide.insisting(new Say("b"), probe.ref()::tell));
    assertInstanceOf(Outcome.Accepted.class, probe.receiveMessage(BOUND));
    assertEquals(Set.of("a", "b"), journaled());
  }

  /** Fifty dynos that end at once: each would wait for the writes of all before it. */
  @Test
  void whatIsInsistedOnMeanwhileIsWrittenTogether() {
    assertInstanceOf(Outcome.Refused.class, say("no")); // it has recovered
    var writes = new AtomicInteger();
    var all = new CountDownLatch(1);
    journal.withPolicy(
        policy(
            write -> {
              if (writes.incrementAndGet() == 1) {
                await(all);
              }
              return ProcessingSuccess.getInstance();
            }));
    List<TestProbe<Outcome<Said, Set<String>>>> probes = insist("first", "no", "a", "b", "a", "c");
    TestProbe<Outcome<Said, Set<String>>> other = ask("other");
    probes.addAll(insist("d", "e"));
    all.countDown();
    assertInstanceOf(Outcome.Accepted.class, other.receiveMessage(BOUND));
    List<Set<String>> seen = new ArrayList<>();
    for (var probe : probes) {
      switch (probe.receiveMessage(BOUND)) {
        case Outcome.Accepted<Said, Set<String>>(_, var words) -> seen.add(words);
        case Outcome.Refused<Said, Set<String>> _ -> seen.add(Set.of());
        case Outcome.Failed<Said, Set<String>> failed -> throw new AssertionError(failed);
      }
    }
    assertEquals(
        List.of(
            Set.of("first"),
            Set.of(),
            Set.of("first", "a"),
            Set.of("first", "a", "b"),
            Set.of("first", "a", "b"),
            Set.of("first", "a", "b", "c"),
            Set.of("first", "a", "b", "c", "other", "d"),
            Set.of("first", "a", "b", "c", "other", "d", "e")),
        seen);
    assertEquals(List.of("first", "a", "b", "c", "other", "d", "e"), said);
    assertEquals(4, writes.get());
  }

  /** As a full disk takes some events and no others. */
  @Test
  void whatCannotBeWrittenHoldsUpNothingItWasWrittenWith() {
    journal.withPolicy(
        policy(
            write ->
                write.batch().contains(new Said("large"))
                    ? new Reject(new IllegalStateException("no room"))
                    : ProcessingSuccess.getInstance()));
    List<TestProbe<Outcome<Said, Set<String>>>> probes = insist("a", "large", "b", "c");
    for (int i : List.of(0, 2, 3)) {
      assertInstanceOf(Outcome.Accepted.class, probes.get(i).receiveMessage(BOUND));
    }
    assertEquals(Set.of("a", "b", "c"), journaled());
    journal.resetPolicy();
    assertInstanceOf(Outcome.Accepted.class, probes.get(1).receiveMessage(BOUND));
  }

  private List<TestProbe<Outcome<Said, Set<String>>>> insist(String... words) {
    List<TestProbe<Outcome<Said, Set<String>>>> probes = new ArrayList<>();
    for (String word : words) {
      TestProbe<Outcome<Said, Set<String>>> probe = kit.createTestProbe();
      actor.tell(Decide.insisting(new Say(word), probe.ref()::tell));
      probes.add(probe);
    }
    return probes;
  }

  private static void await(CountDownLatch latch) {
    try {
      assertTrue(latch.await(BOUND.toSeconds(), TimeUnit.SECONDS));
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static ProcessingPolicy<JournalOperation> policy(
      Function<WriteEvents, ProcessingResult> writes) {
    return new ProcessingPolicy<>() {
      @Override
      public ProcessingResult tryProcess(String id, JournalOperation operation) {
        return operation instanceof WriteEvents write
            ? writes.apply(write)
            : ProcessingSuccess.getInstance();
      }
    };
  }

  @Test
  void whatWaitsForAJournalThatCannotBeReadIsToldSo() {
    assertInstanceOf(Outcome.Refused.class, say("no"));
    var writes = new AtomicInteger(1);
    var reads = new AtomicInteger(1);
    journal.withPolicy(
        new ProcessingPolicy<JournalOperation>() {
          @Override
          public ProcessingResult tryProcess(String id, JournalOperation operation) {
            return (operation instanceof WriteEvents ? writes : reads).getAndDecrement() > 0
                ? new StorageFailure(new IllegalStateException("once"))
                : ProcessingSuccess.getInstance();
          }
        });
    assertEquals(Failure.Kind.MAY_BE_DONE, failed(say("a")));
    assertEquals(Failure.Kind.NOT_DONE, failed(say("b")));
    assertEquals(Set.of("c"), words("c"));
    assertEquals(Set.of("c"), journaled(), "what was told to have failed is not done later");
  }

  @Test
  void aLateCommandChangesNothingAndWhatIsDoneIsTold() {
    TestProbe<Outcome<Said, Set<String>>> probe = kit.createTestProbe();
    Optional<Instant> past = Optional.of(Instant.now().minusMillis(1));
    actor.tell(new Decide<>(new Say("a"), past, probe.ref()::tell));
    var refused = assertInstanceOf(Outcome.Refused.class, probe.receiveMessage(BOUND));
    assertEquals(Refusal.Reason.LATE, refused.refusal().reason());
    assertEquals(Set.of("b"), words("b"));
    actor.tell(new Decide<>(new Say("b"), past, probe.ref()::tell));
    assertInstanceOf(Outcome.Accepted.class, probe.receiveMessage(BOUND));
  }

  @Test
  void whatWasAskedBeforeTheEndIsAnswered() {
    TestProbe<Outcome<Said, Set<String>>> probe = ask("a");
    actor.tell(new DeciderActor.End<>());
    assertInstanceOf(Outcome.Accepted.class, probe.receiveMessage(BOUND));
    probe.expectTerminated(actor, BOUND);
  }

  @Test
  void randomFaultsLeaveNobodyWaitingAndNothingUntrue() {
    long seed = Long.getLong("seed", System.nanoTime());
    System.out.println("-Dseed=" + seed);
    var random = new Random(seed);
    journal.withPolicy(
        new ProcessingPolicy<JournalOperation>() {
          @Override
          public ProcessingResult tryProcess(String id, JournalOperation operation) {
            synchronized (random) {
              int dice = random.nextInt(100);
              if (operation instanceof WriteEvents) {
                return dice < 15
                    ? new Reject(new IllegalStateException("rejected"))
                    : dice < 25
                        ? new StorageFailure(new IllegalStateException("failed"))
                        : ProcessingSuccess.getInstance();
              }
              return dice < 10
                  ? new StorageFailure(new IllegalStateException("not read"))
                  : ProcessingSuccess.getInstance();
            }
          }
        });
    Map<String, TestProbe<Outcome<Said, Set<String>>>> open = new HashMap<>();
    Map<String, Failure.Kind> failed = new HashMap<>();
    Set<String> accepted = new HashSet<>();
    for (int i = 0; i < 120; i++) {
      int dice;
      synchronized (random) {
        dice = random.nextInt(20);
      }
      String word = (dice == 0 ? "decide" : dice == 1 ? "evolve" : "word") + i;
      open.put(word, ask(word));
      if (dice > 14) {
        settle(open, accepted, failed);
      }
    }
    settle(open, accepted, failed);
    journal.resetPolicy();
    accepted.add("last");
    Set<String> now = words("last");
    assertEquals(journaled(), now);
    assertTrue(now.containsAll(accepted));
    failed.forEach(
        (word, kind) -> {
          if (kind != Failure.Kind.MAY_BE_DONE) {
            assertFalse(now.contains(word), word + " was told as not done");
          }
        });
    assertTrue(accepted.size() > 20, "of 120 only " + accepted.size() + " were done");
  }

  private static void settle(
      Map<String, TestProbe<Outcome<Said, Set<String>>>> open,
      Set<String> accepted,
      Map<String, Failure.Kind> failed) {
    open.forEach(
        (word, probe) -> {
          switch (probe.receiveMessage(AFTER_MANY_FAULTS)) {
            case Outcome.Accepted<Said, Set<String>> _ -> accepted.add(word);
            case Outcome.Refused<Said, Set<String>>(Refusal why) ->
                throw new AssertionError(why.message());
            case Outcome.Failed<Said, Set<String>>(Failure why) -> failed.put(word, why.kind());
          }
        });
    open.clear();
  }
}
