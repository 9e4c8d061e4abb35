package dev.dynode.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.dynode.domain.app.AppState;
import dev.dynode.domain.history.Divergence;
import dev.dynode.domain.history.Divergence.Kind;
import dev.dynode.journal.Damage;
import dev.dynode.journal.Rows;
import dev.dynode.journal.StoredEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** A whole journal passes; every damage is found, at the event where it is. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Tag("unit")
class VerificationTest {
  private static final int DYNOS = 300;
  private static final long SNAPSHOT_AT = 100;
  private static final String NAMES = "Directory|apps";

  private final Trial trial = new Trial();
  private final long seed = Long.getLong("seed", System.nanoTime());

  @SuppressWarnings("NullAway.Init")
  private Path folder;

  @BeforeAll
  void write(@TempDir Path temporary) {
    folder = temporary;
    System.out.println("VerificationTest -Dseed=" + seed);
    trial.invent(folder.resolve("whole"), DYNOS, seed);
    String app;
    AppState then;
    try (Rows rows = Rows.in(Trial.journal(folder.resolve("whole")))) {
      app = ((Rows.Row.Highest) rows.ids().next()).id(); // App| comes before the others
      then = (AppState) StateAt.of(rows, trial.codec, app, SNAPSHOT_AT).orElseThrow();
    }
    try (var journal = new Damage(Trial.journal(folder.resolve("whole")))) {
      journal.snapshot(app, SNAPSHOT_AT, trial.codec.pack(then));
    }
  }

  @AfterAll
  void stop() {
    trial.close();
  }

  @Test
  void aWholeJournalPasses() {
    assertEquals(List.of(), trial.verify(folder.resolve("whole")));
  }

  /** Damages a journal and tells what must be found. */
  private interface Harm {
    Divergence to(Damage journal);
  }

  private static Divergence at(Kind kind, StoredEvent event) {
    return new Divergence(kind, event.persistenceId(), event.sequenceNr(), "");
  }

  /** The first dyno with such an event. */
  private static StoredEvent some(Damage journal, String type) {
    return journal.ids("Dyno|").stream()
        .flatMap(id -> journal.find(id, type).stream())
        .findFirst()
        .orElseThrow();
  }

  private static StoredEvent retired(Damage journal) {
    return some(journal, "Retired");
  }

  private static StoredEvent ofApp(Damage journal, String type) {
    return journal.find(journal.ids("App|").getFirst(), type).orElseThrow();
  }

  private static StoredEvent after(Damage journal, StoredEvent event, int by) {
    return journal.events(event.persistenceId()).get((int) event.sequenceNr() - 1 + by);
  }

  /** An event whose fields are changed is found by the rules. */
  private static Harm changed(
      Function<Damage, StoredEvent> which, String field, Function<JsonNode, Object> change) {
    return journal -> {
      StoredEvent event = which.apply(journal);
      journal.fields(event, fields -> fields.putPOJO(field, change.apply(fields.get(field))));
      return at(Kind.DECIDED, event);
    };
  }

  private static Harm bytes(Function<byte[], byte[]> change) {
    return journal -> {
      StoredEvent event = some(journal, "Started");
      journal.bytes(event, change::apply);
      return at(Kind.DAMAGED, event);
    };
  }

  private static final int FORMAT_AT = 8;

  private static Map<String, Harm> harms() {
    var all = new LinkedHashMap<String, Harm>();
    all.put("a row cut off", bytes(row -> Arrays.copyOf(row, row.length / 2)));
    all.put(
        "a row of another format",
        bytes(
            row -> {
              row[FORMAT_AT] = 9;
              return row;
            }));
    all.put(
        "garbage instead of fields",
        bytes(
            row -> {
              Arrays.fill(row, row.length - 40, row.length, (byte) 0xFF);
              return row;
            }));
    all.put(
        "an unknown type",
        journal -> {
          StoredEvent event = some(journal, "Started");
          journal.type(event, type -> type.replace("Started", "Exploded"));
          return at(Kind.DAMAGED, event);
        });
    all.put(
        "another type",
        journal -> {
          StoredEvent event = some(journal, "Started");
          journal.type(event, type -> type.replace("Started", "BecameUp"));
          return at(Kind.DECIDED, event);
        });
    all.put(
        "an event gone",
        journal -> {
          StoredEvent event = some(journal, "Started");
          journal.delete(event);
          return at(Kind.DAMAGED, event);
        });
    all.put(
        "the last event gone",
        journal -> {
          StoredEvent event = retired(journal);
          journal.delete(event);
          return at(Kind.DAMAGED, event);
        });
    all.put(
        "a dyno gone",
        journal -> {
          StoredEvent event = retired(journal);
          journal.events(event.persistenceId()).forEach(journal::delete);
          return new Divergence(Kind.DAMAGED, event.persistenceId(), 1, "");
        });
    all.put(
        "two events swapped",
        journal -> {
          StoredEvent first = some(journal, "Started");
          StoredEvent second = after(journal, first, -1);
          journal.copy(first, first.persistenceId(), second.sequenceNr());
          journal.copy(second, first.persistenceId(), first.sequenceNr());
          return at(Kind.DECIDED, second);
        });
    all.put(
        "an event after the end",
        journal -> {
          StoredEvent last = retired(journal);
          journal.copy(last, last.persistenceId(), last.sequenceNr() + 1);
          journal.highest(last.persistenceId(), last.sequenceNr() + 1);
          return new Divergence(Kind.DECIDED, last.persistenceId(), last.sequenceNr() + 1, "");
        });
    all.put("another status", changed(VerificationTest::retired, "status", _ -> 77));
    all.put("another ending", changed(VerificationTest::retired, "ending", _ -> "NOT_ATTACHED"));
    all.put("another generation", changed(j -> some(j, "Started"), "generation", _ -> 2));
    all.put(
        "another time",
        changed(j -> some(j, "Placed"), "at", at -> at.asText().replace("2026-", "2025-")));
    all.put("another count", changed(j -> some(j, "HangupSent"), "times", n -> n.asInt() + 1));
    all.put("no excess", changed(j -> some(j, "MemoryExceeded"), "used", _ -> 1));
    all.put("another quota", changed(j -> some(j, "QuotaExceeded"), "quota", _ -> 1));
    all.put("a version left out", changed(j -> ofApp(j, "ReleaseCreated"), "version", _ -> 7));
    all.put(
        "a request of another release",
        changed(
            j -> ofApp(j, "DynoRequested"),
            "spec",
            spec -> ((ObjectNode) spec.deepCopy()).put("releaseVersion", 1)));
    all.put(
        "the app tells another status",
        journal -> {
          StoredEvent event = ofApp(journal, "DynoRetired");
          journal.fields(event, fields -> fields.put("status", 77));
          return at(Kind.DISAGREES, event);
        });
    all.put(
        "the dyno tells another command",
        journal -> {
          String dyno = retired(journal).persistenceId();
          journal.fields(
              journal.events(dyno).getFirst(),
              fields -> ((ObjectNode) fields.get("spec")).put("command", "rm -rf /"));
          String app = journal.ids("App|").getFirst();
          StoredEvent request =
              journal.events(app).stream()
                  .filter(event -> event.event().manifest().contains("$DynoRequested"))
                  .filter(event -> id(event).equals(dyno.substring("Dyno|".length())))
                  .findFirst()
                  .orElseThrow();
          return at(Kind.DISAGREES, request);
        });
    all.put(
        "a dyno nobody asked for",
        journal -> {
          String id = "Dyno|00000000-0000-0000-0000-000000000001";
          for (StoredEvent event : journal.events(retired(journal).persistenceId())) {
            journal.copy(event, id, event.sequenceNr());
            journal.highest(id, event.sequenceNr());
          }
          journal.fields(
              journal.events(id).getFirst(),
              fields ->
                  ((ObjectNode) fields.get("spec")).put("id", id.substring("Dyno|".length())));
          return new Divergence(Kind.DISAGREES, id, 1, "");
        });
    all.put(
        "another name claimed",
        journal -> {
          journal.fields(journal.events(NAMES).getFirst(), fields -> fields.put("name", "other"));
          return new Divergence(Kind.DISAGREES, journal.ids("App|").getFirst(), 0, "");
        });
    all.put(
        "another state kept",
        journal -> {
          String app = journal.ids("App|").getFirst();
          journal.snapshot(app, SNAPSHOT_AT + 1, journal.state(app));
          return new Divergence(Kind.SNAPSHOT, app, SNAPSHOT_AT + 1, "");
        });
    all.put(
        "a place forgotten",
        journal -> {
          journal.forgetPlace(some(journal, "Started").offset());
          return new Divergence(Kind.INDEX, "", 0, "");
        });
    all.put(
        "a place given to another",
        journal -> {
          StoredEvent event = some(journal, "Created"); // never the last one
          journal.place(event.offset(), after(journal, event, 1));
          return at(Kind.INDEX, after(journal, event, 1));
        });
    all.put(
        "an event the index does not know",
        journal -> {
          StoredEvent last = retired(journal);
          journal.highest(last.persistenceId(), last.sequenceNr() - 1);
          return at(Kind.INDEX, last);
        });
    return all;
  }

  private static String id(StoredEvent requested) {
    return EventCodec.fields(requested.event()).at("/spec/id").asText();
  }

  @TestFactory
  Stream<DynamicTest> everyDamageIsFoundWhereItIs() {
    Map<String, Harm> harms = harms();
    assertTrue(harms.size() >= 20);
    return harms.entrySet().stream()
        .map(harm -> DynamicTest.dynamicTest(harm.getKey(), () -> found(harm.getValue())));
  }

  private void found(Harm harm) throws IOException {
    Path copy = Files.createTempDirectory(folder, "copy");
    try (var files = Files.list(folder.resolve("whole"))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Files.copy(file, copy.resolve(file.getFileName()));
      }
    }
    Divergence expected;
    try (var journal = new Damage(Trial.journal(copy))) {
      expected = harm.to(journal);
    }
    List<Divergence> found = trial.verify(copy);
    assertTrue(
        found.stream()
            .anyMatch(
                one ->
                    one.kind() == expected.kind()
                        && one.id().equals(expected.id())
                        && one.sequence() == expected.sequence()),
        () -> "expected " + expected + ", found " + found + ", seed " + seed);
    assertTrue(
        found.stream()
            .filter(one -> one.id().equals(expected.id()) && one.kind() != Kind.INDEX)
            .allMatch(one -> one.sequence() >= expected.sequence()),
        () -> "found before " + expected + ": " + found + ", seed " + seed);
  }
}
