package dev.dynode.replay;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dynode.domain.app.AppDecider;
import dev.dynode.domain.app.AppEvent;
import dev.dynode.domain.app.AppPolicy;
import dev.dynode.domain.app.AppState;
import dev.dynode.journal.Packed;
import dev.dynode.journal.Rows;
import dev.dynode.journal.Rows.Row;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.pekko.serialization.Serialization;
import org.apache.pekko.serialization.SerializationExtension;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/** Tools read and write events as the actors of a node do, and need none of them. */
@Isolated("looks at all threads")
@Tag("unit")
class EventCodecTest {
  private static final int DYNOS = 40;

  @TempDir private Path folder;

  @Test
  void writesTheBytesAnActorWritesAndReadsWhatItWrote() {
    var codec = new Offline().codec();
    try (var actors = new Trial()) {
      Serialization serialization = SerializationExtension.get(actors.system);
      Set<String> kinds = new HashSet<>();
      for (Object event : invented(codec)) {
        Packed ours = codec.pack(event);
        Packed theirs = Packed.pack(serialization, event);
        assertEquals(theirs.serializer(), ours.serializer());
        assertEquals(theirs.manifest(), ours.manifest());
        assertArrayEquals(theirs.bytes(), ours.bytes(), ours.manifest());
        assertEquals(event, codec.read(theirs));
        assertEquals(event, ours.unpack(serialization));
        kinds.add(ours.manifest());
      }
      assertTrue(kinds.size() > 15, kinds.toString());
    }
  }

  /** Every event of an invented journal, and the states of its app. */
  private List<Object> invented(EventCodec codec) {
    try (var trial = new Trial()) {
      trial.invent(folder, DYNOS, 1);
    }
    List<Object> all = new ArrayList<>();
    var apps = new AppDecider(AppPolicy.HEROKU);
    AppState app = apps.initial();
    try (Rows rows = Rows.in(Trial.journal(folder))) {
      for (var each = rows.events(); each.hasNext(); ) {
        Object event = codec.read(((Row.Event) each.next()).event().event());
        all.add(event);
        if (event instanceof AppEvent of) {
          app = apps.evolve(app, of);
        }
      }
    }
    all.add(app);
    return all;
  }

  /** An actor system has some, and one of them once did not start in time on a busy machine. */
  @Test
  void startsNoThreads() throws Exception {
    Set<Thread> before = Thread.getAllStackTraces().keySet();
    var codec = new Offline().codec();
    try (var file = new HistoryFile(Path.of("src/test/resources/histories/incident.jsonl"))) {
      for (var line = file.next(); line != null; line = file.next()) {
        codec.read(line);
      }
    }
    Set<String> started = new HashSet<>();
    for (Thread thread : Thread.getAllStackTraces().keySet()) {
      if (!before.contains(thread) && thread.getName().matches("offline.*|.*dispatcher.*")) {
        started.add(thread.getName());
      }
    }
    assertEquals(Set.of(), started);
  }

  @Test
  void refusesWhatNoDynodeWroteInASentence() {
    var codec = new Offline().codec();
    byte[] nothing = {(byte) 0xa0};
    assertEquals(
        "this Dynode knows no event java.util.ArrayList",
        refusal(codec, new Packed(33, "java.util.ArrayList", nothing)));
    assertEquals(
        "this Dynode knows no event dev.dynode.domain.dyno.DynoEvent$Vanished",
        refusal(codec, new Packed(33, "dev.dynode.domain.dyno.DynoEvent$Vanished", nothing)));
    assertEquals(
        "version 3 of dev.dynode.domain.dyno.DynoEvent$Created is of a newer Dynode than this one",
        refusal(codec, new Packed(33, "dev.dynode.domain.dyno.DynoEvent$Created#3", nothing)));
    assertEquals(
        "serializer 1 is not known", refusal(codec, new Packed(1, "java.lang.String", nothing)));
  }

  private static String refusal(EventCodec codec, Packed packed) {
    return String.valueOf(
        assertThrows(IllegalStateException.class, () -> codec.read(packed)).getMessage());
  }
}
