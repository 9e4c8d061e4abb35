package dev.dynode.replay;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.dynode.domain.app.AppEvent;
import dev.dynode.domain.dyno.DynoEvent;
import dev.dynode.domain.dyno.Sizing;
import dev.dynode.domain.history.AppStory;
import dev.dynode.domain.history.DynoStory;
import dev.dynode.domain.history.Review;
import dev.dynode.journal.Packed;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;

/**
 * The golden histories, recorded with the real client by {@code EndingsTest}, one for each way a
 * dyno can end: every build reads them, decides them again and tells them in the same words. A
 * recorded history is never changed; {@code -Dhistories.update=true} writes down new words.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Tag("unit")
class HistoriesTest {
  private static final Path HISTORIES = Path.of("src", "test", "resources", "histories");

  private final Trial trial = new Trial();

  @AfterAll
  void stop() {
    trial.close();
  }

  private static List<Path> histories() throws Exception {
    try (Stream<Path> files = Files.list(HISTORIES)) {
      return files.filter(file -> file.toString().endsWith(".jsonl")).sorted().toList();
    }
  }

  @TestFactory
  Stream<DynamicTest> everyHistoryIsDecidedAgainAndToldInTheSameWords() throws Exception {
    return histories().stream()
        .map(file -> DynamicTest.dynamicTest(file.getFileName().toString(), () -> replay(file)));
  }

  private void replay(Path path) throws Exception {
    var dyno = new ArrayList<DynoEvent>();
    var app = new ArrayList<AppEvent>();
    try (var file = new HistoryFile(path)) {
      for (var line = file.next(); line != null; line = file.next()) {
        switch (trial.codec.read(line)) {
          case DynoEvent event -> dyno.add(event);
          case AppEvent event -> app.add(event);
          case Object other -> throw new AssertionError(other);
        }
      }
    }
    assertEquals(Optional.empty(), finding(Review.ofDyno(), dyno));
    assertEquals(Optional.empty(), finding(Review.ofApp(), app));
    List<String> words =
        app.isEmpty() ? DynoStory.of(dyno).explanation() : AppStory.explanation(app.stream());
    Path known = HISTORIES.resolve(path.getFileName().toString().replace(".jsonl", ".txt"));
    if (Boolean.getBoolean("histories.update")) {
      Files.write(known, words);
    }
    assertEquals(Files.readAllLines(known), words);
  }

  private static <E> Optional<Review.Finding> finding(Review<E, ?> review, List<E> events) {
    events.forEach(review::add);
    review.end();
    return review.finding();
  }

  /** Every ending there is was recorded. */
  @Test
  void noEndingIsMissing() throws Exception {
    Set<DynoEvent.Ending> endings = EnumSet.noneOf(DynoEvent.Ending.class);
    for (Path path : histories()) {
      try (var file = new HistoryFile(path)) {
        for (var line = file.next(); line != null; line = file.next()) {
          if (trial.codec.read(line) instanceof DynoEvent.Retired retired) {
            endings.add(retired.ending());
          }
        }
      }
    }
    assertEquals(EnumSet.allOf(DynoEvent.Ending.class), endings);
  }

  /** How an event got a field: the recorded ones are of version 1. */
  @Test
  void olderEventsAreReadAsTodays() throws Exception {
    try (var file = new HistoryFile(HISTORIES.resolve("exited.jsonl"))) {
      HistoryLine.Event line = requireNonNull(file.next());
      assertEquals("dev.dynode.domain.dyno.DynoEvent$Created", line.type());
      var created = (DynoEvent.Created) trial.codec.read(line);
      assertEquals(Sizing.UNTOLD, created.spec().sizing());
      Packed now =
          trial.codec.pack(
              new DynoEvent.Created(
                  created.at(),
                  created.by(),
                  0,
                  created.spec().sized(Sizing.ASKED, created.spec().resolved())));
      assertEquals("dev.dynode.domain.dyno.DynoEvent$Created#2", now.manifest());
      assertEquals(Sizing.ASKED, ((DynoEvent.Created) trial.codec.read(now)).spec().sizing());
    }
  }
}
