package dev.dynode.replay;

import dev.dynode.domain.app.AppEvent;
import dev.dynode.domain.directory.AppDirectory;
import dev.dynode.domain.directory.DirectoryEvent;
import dev.dynode.domain.dyno.DynoEvent;
import dev.dynode.domain.id.AppId;
import dev.dynode.journal.Intake;
import dev.dynode.journal.Packed;
import dev.dynode.journal.StoredEvent;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * Takes a history file into the journal of a data folder that no node uses. All of the file is
 * checked before anything is written; what is there already is left alone, so that an import that
 * was cut off is done again.
 */
public final class HistoryImport {
  /** The names of the apps. */
  public static final String DIRECTORY = "Directory|apps";

  private static final String APP = "App|";
  private static final String WRITER = "import";

  private final Intake journal;
  private final EventCodec codec;
  private final AppDirectory directory = new AppDirectory(Integer.MAX_VALUE);
  private AppDirectory.Names names;
  private final Map<String, Long> counts = new HashMap<>();
  private final Map<AppId, Named> apps = new LinkedHashMap<>();
  private final Set<AppId> requested = new HashSet<>();
  private long added;
  private long known;

  /** The name of an app of the file, and the line that gave it. */
  private record Named(String name, String by, Instant at, HistoryFileInvalid ifTaken) {}

  /**
   * What an import did.
   *
   * @param added events that were written
   * @param known events that were there before
   */
  public record Result(long added, long known) {}

  private HistoryImport(Intake journal, EventCodec codec) {
    this.journal = journal;
    this.codec = codec;
    names =
        directory.replay(
            journal.events(DIRECTORY).stream()
                .map(stored -> (DirectoryEvent) codec.read(stored.event()))
                .toList());
  }

  /**
   * Does it.
   *
   * @throws HistoryFileInvalid if the file is damaged, or does not fit what is there; nothing was
   *     written then
   */
  public static Result of(Path file, Intake journal, EventCodec codec)
      throws IOException, HistoryFileInvalid {
    var taking = new HistoryImport(journal, codec);
    taking.check(file);
    taking.write(file);
    return new Result(taking.added, taking.known);
  }

  private void check(Path path) throws IOException, HistoryFileInvalid {
    try (var file = new HistoryFile(path)) {
      for (var line = file.next(); line != null; line = file.next()) {
        fits(file, line);
        switch (read(file, line)) {
          case AppEvent event -> app(file, new AppId(uuid(line.id())), event);
          case DynoEvent.Created created -> dyno(file, created.spec().app());
          case DirectoryEvent event -> {
            if (!known(line)) {
              names = directory.evolve(names, event);
            }
          }
          default -> {}
        }
      }
    }
    for (Map.Entry<AppId, Named> app : apps.entrySet()) {
      AppId holder = names.taken().get(app.getValue().name());
      if (holder != null && !holder.equals(app.getKey())) {
        throw app.getValue().ifTaken();
      }
    }
  }

  private void fits(HistoryFile file, HistoryLine.Event line) throws HistoryFileInvalid {
    long before = counts.getOrDefault(line.id(), 0L);
    if (line.sequence() != before + 1) {
      throw file.invalid(
          "event %d of %s cannot follow event %d.".formatted(line.sequence(), line.id(), before));
    }
    counts.put(line.id(), line.sequence());
    Optional<StoredEvent> there = journal.event(line.id(), line.sequence());
    if (there.isPresent()
        && !(there.get().event().manifest().equals(line.type())
            && Redaction.same(EventCodec.fields(there.get().event()), line.event()))) {
      throw file.invalid(
          "event %d of %s is in the journal already, and is another one."
              .formatted(line.sequence(), line.id()));
    }
  }

  private Object read(HistoryFile file, HistoryLine.Event line) throws HistoryFileInvalid {
    try {
      return codec.read(line);
    } catch (RuntimeException e) {
      throw file.invalid("its event cannot be read: " + e.getMessage());
    }
  }

  private void app(HistoryFile file, AppId id, AppEvent event) {
    Optional<String> name =
        switch (event) {
          case AppEvent.AppCreated created -> Optional.of(created.name());
          case AppEvent.AppUpdated updated -> updated.name();
          default -> Optional.empty();
        };
    name.ifPresent(
        given ->
            apps.put(
                id,
                new Named(
                    given,
                    event.by(),
                    event.at(),
                    file.invalid("another app here has the name " + given + "."))));
    if (event instanceof AppEvent.AppDeleted) {
      apps.remove(id);
    }
    requested.add(id);
  }

  private void dyno(HistoryFile file, AppId app) throws HistoryFileInvalid {
    if (!requested.contains(app) && journal.count(APP + app) == 0) {
      throw file.invalid(
          "a dyno of an app that is neither here nor in the file;"
              + " look at it with `dynode replay --file`.");
    }
  }

  private boolean known(HistoryLine.Event line) {
    return line.sequence() <= journal.count(line.id());
  }

  private static UUID uuid(String id) {
    return UUID.fromString(id.substring(id.indexOf('|') + 1));
  }

  private void write(Path path) throws IOException, HistoryFileInvalid {
    try (var file = new HistoryFile(path)) {
      for (var line = file.next(); line != null; line = file.next()) {
        if (known(line)) {
          known++;
        } else {
          add(line.id(), line.sequence(), line.at(), EventCodec.packed(line));
        }
      }
    }
    journal.settle();
    long next = journal.count(DIRECTORY);
    for (Map.Entry<AppId, Named> app : apps.entrySet()) {
      Named named = app.getValue();
      if (!names.taken().containsKey(named.name())) {
        var claimed =
            new DirectoryEvent.NameClaimed(named.at(), named.by(), named.name(), app.getKey());
        add(DIRECTORY, ++next, named.at(), codec.pack(claimed));
      }
    }
    journal.settle();
  }

  private void add(String id, long sequence, Instant at, Packed event) {
    journal.add(
        new StoredEvent(
            id, sequence, 0, at.toEpochMilli(), WRITER, "", Set.of(), event, Optional.empty()));
    added++;
  }
}
