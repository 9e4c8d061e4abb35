package dev.dynode.offline;

import com.fasterxml.jackson.databind.JsonNode;
import dev.dynode.cli.client.Moment;
import dev.dynode.cli.client.Records;
import dev.dynode.cli.client.Story;
import dev.dynode.cli.failure.ApiError;
import dev.dynode.cli.failure.CommandFailed;
import dev.dynode.domain.Refusal;
import dev.dynode.domain.directory.AppDirectory;
import dev.dynode.domain.directory.DirectoryEvent;
import dev.dynode.domain.history.DynoStory;
import dev.dynode.domain.id.AppId;
import dev.dynode.domain.id.DynoId;
import dev.dynode.edge.api.context.Archive.Scope;
import dev.dynode.edge.api.context.Shown;
import dev.dynode.edge.api.history.At;
import dev.dynode.edge.api.history.Retelling;
import dev.dynode.edge.api.history.Retelling.Retold;
import dev.dynode.edge.api.history.StoryJson;
import dev.dynode.edge.api.logs.LogText;
import dev.dynode.journal.JournalUnavailable;
import dev.dynode.journal.RestingJournal;
import dev.dynode.journal.Rows;
import dev.dynode.journal.Rows.Row;
import dev.dynode.node.JournalArchive;
import dev.dynode.node.JournalEvents;
import dev.dynode.node.Relocation;
import dev.dynode.port.ControlPlane.Answer;
import dev.dynode.port.LogStore.LogFilter;
import dev.dynode.replay.HistoryImport;
import dev.dynode.replay.Offline;
import dev.dynode.replay.StoryArchive;
import dev.dynode.store.LogStoreSettings;
import dev.dynode.store.RestingLogs;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Records read in the data folder of a node that does not run: its journal and its logs. Nothing is
 * written, and no node is started.
 */
public final class FolderRecords implements Records {
  private static final long LAST_EVENTS = 1_000;

  private final Path folder;
  private final Offline offline = new Offline();
  private final RestingJournal resting;
  private final Supplier<Rows> journal;
  private final RestingLogs logs;
  private final int mostLines;
  private final Retelling retelling;
  private final Map<String, AppId> names;

  private FolderRecords(Path folder, RestingJournal journal) {
    this.folder = folder;
    resting = journal;
    StoryArchive moved = StoryArchive.of(offline.journal(folder));
    this.journal = () -> moved.over(resting.get());
    logs = new RestingLogs(folder.resolve("logs"), LogStoreSettings.of(offline.config()));
    mostLines = offline.config().getInt("dynode.api.streams.max-lines");
    retelling =
        new Retelling(
            new JournalEvents(offline.codec(), this.journal, Runnable::run),
            (app, filter) -> logs.last(app, mostLines, filter, Instant.now()),
            new Shown(offline.mapper()));
    names = names();
  }

  /**
   * Opens what is recorded in a folder.
   *
   * @throws CommandFailed if it cannot be read
   */
  public static FolderRecords open(Path folder) {
    try {
      Relocation.requireNotDone(folder);
      var offline = new Offline();
      return new FolderRecords(folder, RestingJournal.open(offline.journal(folder)));
    } catch (IOException | JournalUnavailable e) {
      throw new CommandFailed(String.valueOf(e.getMessage()));
    }
  }

  private Map<String, AppId> names() {
    var rules = new AppDirectory(Integer.MAX_VALUE);
    AppDirectory.Names known = rules.initial();
    try (Rows rows = journal.get()) {
      for (Iterator<Row> each = rows.events(HistoryImport.DIRECTORY); each.hasNext(); ) {
        if (each.next() instanceof Row.Event(var stored)
            && offline.codec().read(stored.event()) instanceof DirectoryEvent event) {
          known = rules.evolve(known, event);
        }
      }
    }
    return known.taken();
  }

  private static ApiError missing(String what) {
    return missing(Refusal.notFound(what));
  }

  /** As the API says it. */
  private static ApiError missing(Refusal why) {
    return new ApiError(404, "not_found", why.message());
  }

  private AppId id(String app) {
    return Optional.ofNullable(names.get(app))
        .or(() -> names.values().stream().filter(id -> id.toString().equals(app)).findAny())
        .orElseThrow(() -> missing("app"));
  }

  private Retold app(String app) {
    return retelling.app(id(app)).orElseThrow(() -> missing("app"));
  }

  @Override
  public List<String> apps() {
    return names.keySet().stream().sorted().toList();
  }

  @Override
  public List<JsonNode> dynos(String app, boolean all) {
    return retelling.dynos(app(app), all).stream().map(StoryJson::tree).toList();
  }

  @Override
  public JsonNode state(String app, Moment at) {
    Optional<At> place = At.parse(at.at());
    return StoryJson.tree(
        switch (retelling.state(id(app), place, Instant.now())) {
          case Answer.Done<?>(var state) -> state;
          case Answer.Refused<?>(var why) -> throw missing(why);
          case Answer.Failed<?>(var why) -> throw new AssertionError(why); // nobody was asked
        });
  }

  @Override
  public Story story(String app, @Nullable String dyno) {
    Retold view = app(app);
    return dyno == null ? new OfApp(view) : new OfDyno(retelling.story(dyno(view, dyno)));
  }

  private DynoId dyno(Retold view, String identity) {
    return view.app()
        .dyno(identity)
        .or(() -> retelling.find(view.app().id(), identity))
        .orElseThrow(() -> missing("dyno"));
  }

  @Override
  public void log(String app, LogWish wish, Predicate<String> line) {
    var filter = new LogFilter(wish.source(), wish.dyno());
    var _ =
        logs.last(id(app), Math.min(wish.lines(), mostLines), filter, Instant.now()).stream()
            .map(LogText::line)
            .allMatch(line);
  }

  /** The lines of a history file, to be closed. */
  Stream<String> export(@Nullable String app, @Nullable String dyno, boolean secrets) {
    Scope scope =
        app == null
            ? new Scope.Everything()
            : dyno == null ? new Scope.OfApp(id(app)) : new Scope.OfDyno(dyno(app(app), dyno));
    Rows rows = journal.get();
    return JournalArchive.export(rows, offline.codec(), scope, secrets).onClose(rows::close);
  }

  /** The time of the latest event; an import ends with older ones. */
  @Override
  public Optional<String> asOf() {
    Instant latest = Instant.MIN;
    try (Rows rows = journal.get()) {
      Iterator<Row> last = rows.places(Math.max(1, rows.lastOffset() - LAST_EVENTS));
      while (last.hasNext()) {
        if (last.next() instanceof Row.Place(_, String id, long sequence)
            && rows.event(id, sequence).orElse(null) instanceof Row.Event(var stored)) {
          Instant at = Instant.ofEpochMilli(stored.timestamp());
          latest = at.isAfter(latest) ? at : latest;
        }
      }
    }
    return Optional.of(
        latest.equals(Instant.MIN)
            ? "No node runs on " + folder + ", and nothing has happened there yet."
            : "No node runs on %s; this is by its journal, which ends at %s."
                .formatted(folder, latest));
  }

  @Override
  public void close() {
    resting.close();
  }

  private final class OfApp implements Story {
    private final Retold app;

    OfApp(Retold app) {
      this.app = app;
    }

    @Override
    public String name() {
      return app.app().name();
    }

    @Override
    public Stream<JsonNode> events(boolean states) {
      return retelling.events(app.app().id(), states).map(StoryJson::tree);
    }

    @Override
    public List<JsonNode> output() {
      return List.of();
    }

    @Override
    public JsonNode state(Moment at) {
      return FolderRecords.this.state(name(), at);
    }

    @Override
    public JsonNode explanation() {
      return StoryJson.tree(retelling.explanation(app.app().id(), name()));
    }
  }

  private final class OfDyno implements Story {
    private final DynoStory story;

    OfDyno(DynoStory story) {
      this.story = story;
    }

    @Override
    public String name() {
      return retelling.explanation(story).of().name();
    }

    @Override
    public Stream<JsonNode> events(boolean states) {
      return retelling.events(story, states).stream().map(StoryJson::tree);
    }

    @Override
    public List<JsonNode> output() {
      return retelling.output(story).stream().map(StoryJson::tree).toList();
    }

    @Override
    public JsonNode state(Moment at) {
      return StoryJson.tree(retelling.state(story, At.parse(at.at())));
    }

    @Override
    public JsonNode explanation() {
      return StoryJson.tree(retelling.explanation(story));
    }
  }
}
