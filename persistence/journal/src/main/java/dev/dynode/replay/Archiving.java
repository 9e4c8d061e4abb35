package dev.dynode.replay;

import com.typesafe.config.Config;
import dev.dynode.domain.app.AppEvent;
import dev.dynode.domain.directory.AppDirectory;
import dev.dynode.domain.directory.DirectoryEvent;
import dev.dynode.domain.dyno.DynoEvent;
import dev.dynode.domain.id.AppId;
import dev.dynode.domain.id.DynoId;
import dev.dynode.journal.Intake;
import dev.dynode.journal.Rows;
import dev.dynode.journal.Rows.Row;
import dev.dynode.journal.StoredEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongConsumer;

/**
 * Moves stories that have ended out of a journal that no node uses, into history files beside it:
 * those of dynos, and of deleted apps. A file is on disk as a whole before the first of its stories
 * is taken out of the journal; cut off at any point, nothing is lost, and done again it goes on.
 */
public final class Archiving {
  /** More would make memory grow with the journal. */
  private static final int STORIES_OF_A_FILE = 100_000;

  private final Intake journal;
  private final EventCodec codec;
  private final Path folder;
  private final Instant before;
  private final LongConsumer progress;
  private long dynos;
  private long apps;
  private long events;
  private final List<Path> files = new ArrayList<>();

  /**
   * What was moved.
   *
   * @param dynos whose stories they are
   * @param files that were written
   */
  public record Moved(long dynos, long apps, long events, List<Path> files) {}

  private Archiving(
      Intake journal, EventCodec codec, Path folder, Instant before, LongConsumer progress) {
    this.journal = journal;
    this.codec = codec;
    this.folder = folder;
    this.before = before;
    this.progress = progress;
  }

  /**
   * Does it.
   *
   * @param journal settings as under {@code dynode.journal}
   * @param before what ended later stays
   * @param progress told now and then how many events are moved
   */
  public static Moved run(Config journal, EventCodec codec, Instant before, LongConsumer progress)
      throws IOException {
    try (Intake opened = Intake.open(journal)) {
      var archiving = new Archiving(opened, codec, StoryArchive.folder(journal), before, progress);
      archiving.all();
      return new Moved(
          archiving.dynos, archiving.apps, archiving.events, List.copyOf(archiving.files));
    }
  }

  private void all() throws IOException {
    Files.createDirectories(folder);
    List<String> batch = new ArrayList<>();
    try (Rows rows = journal.rows()) {
      Set<AppId> named = named(rows);
      for (Iterator<Row> ids = rows.ids(); ids.hasNext(); ) {
        if (ids.next() instanceof Row.Highest(String id, _) && id.startsWith("App|")) {
          Set<String> ended = ended(rows, id, named);
          boolean whole = ended.contains(id); // an app that is gone stays in one file
          for (String story : ended) {
            batch.add(story);
            if (batch.size() >= STORIES_OF_A_FILE && !whole) {
              move(batch);
            }
          }
        }
      }
      move(batch);
    }
  }

  /** Apps that are there, or are about to go. */
  private Set<AppId> named(Rows rows) {
    var rules = new AppDirectory(Integer.MAX_VALUE);
    AppDirectory.Names names = rules.initial();
    for (Iterator<Row> all = rows.events(HistoryImport.DIRECTORY); all.hasNext(); ) {
      names = rules.evolve(names, (DirectoryEvent) read(all.next()));
    }
    return Set.copyOf(names.taken().values());
  }

  /** Stories of an app that were over by then; of a deleted one, that has nothing left, its own. */
  private Set<String> ended(Rows rows, String app, Set<AppId> named) {
    Set<String> ended = new LinkedHashSet<>();
    Set<DynoId> others = new LinkedHashSet<>();
    Optional<Instant> deleted = Optional.empty();
    Instant last = Instant.MIN;
    for (Iterator<Row> all = rows.events(app); all.hasNext(); ) {
      AppEvent event = (AppEvent) read(all.next());
      last = event.at().isAfter(last) ? event.at() : last;
      switch (event) {
        case AppEvent.DynoRequested(_, _, var spec, _, _) -> others.add(spec.id());
        case AppEvent.DynoRetired(Instant at, _, DynoId id, _, _) when at.isBefore(before) -> {
          others.remove(id);
          ended.add("Dyno|" + id);
        }
        case AppEvent.AppDeleted gone -> deleted = Optional.of(gone.at());
        default -> {}
      }
    }
    if (deleted.isPresent()
        && others.isEmpty()
        && last.isBefore(before)
        && !named.contains(AppId.of(app.substring("App|".length())))) {
      Set<String> whole = new LinkedHashSet<>(Set.of(app)); // before its dynos, as an import wants
      whole.addAll(ended);
      return whole;
    }
    return ended;
  }

  private Object read(Row row) {
    return switch (row) {
      case Row.Event(StoredEvent event) -> codec.read(event.event());
      case Row.Damaged(String id, long sequence, String reason) ->
          throw new IllegalStateException(
              "Event %d of %s cannot be read: %s; see `dynode verify`."
                  .formatted(sequence, id, reason));
      case Row other -> throw new AssertionError("no event: " + other);
    };
  }

  private void move(List<String> stories) throws IOException {
    StoryArchive archive = StoryArchive.of(folder);
    List<String> moved = new ArrayList<>();
    Path file = folder.resolve("%06d.jsonl.gz".formatted(archive.files().size() + 1));
    try (var writer = new ArchiveWriter(file)) {
      for (String id : stories) {
        List<StoredEvent> story = journal.events(id);
        if (story.isEmpty() || !isOver(id, story)) {
          continue;
        }
        if (!kept(archive, id, story)) {
          writer.add(id, story);
        }
        moved.add(id);
      }
      if (writer.stories() > 0) {
        writer.done();
        files.add(file);
      }
    }
    for (String id : moved.reversed()) { // an app after its dynos: what is left is found again
      events += journal.count(id);
      journal.remove(id);
      if (id.startsWith("App|")) {
        apps++;
      } else {
        dynos++;
      }
      progress.accept(events);
    }
    stories.clear();
  }

  private boolean isOver(String id, List<StoredEvent> story) {
    return id.startsWith("App|")
        || codec.read(story.getLast().event()) instanceof DynoEvent.Retired;
  }

  /** Whether an earlier move was cut off after it had written this. */
  private static boolean kept(StoryArchive archive, String id, List<StoredEvent> story) {
    Optional<List<StoredEvent>> there =
        archive.find(id).map(found -> found.file().events(found.place()));
    if (there.isEmpty()) {
      return false;
    }
    if (there.get().size() != story.size()) {
      throw differs(id);
    }
    for (int i = 0; i < story.size(); i++) {
      var one = there.get().get(i).event();
      var other = story.get(i).event();
      if (!one.manifest().equals(other.manifest())
          || !EventCodec.fields(one).equals(EventCodec.fields(other))) {
        throw differs(id);
      }
    }
    return true;
  }

  private static IllegalStateException differs(String id) {
    return new IllegalStateException(
        id
            + " is in the archive already, and is another one; nothing was taken out of the journal.");
  }
}
