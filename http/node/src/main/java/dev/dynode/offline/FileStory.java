package dev.dynode.offline;

import com.fasterxml.jackson.databind.JsonNode;
import dev.dynode.cli.client.Moment;
import dev.dynode.cli.client.Story;
import dev.dynode.cli.failure.CommandFailed;
import dev.dynode.cli.failure.Reason;
import dev.dynode.domain.app.AppEvent;
import dev.dynode.domain.dyno.DynoEvent;
import dev.dynode.domain.dyno.DynoSpec;
import dev.dynode.domain.history.AppStory;
import dev.dynode.domain.history.DynoStory;
import dev.dynode.domain.id.DynoId;
import dev.dynode.edge.api.context.Shown;
import dev.dynode.edge.api.history.EventJson;
import dev.dynode.edge.api.history.ExplanationJson;
import dev.dynode.edge.api.history.StoryJson;
import dev.dynode.edge.api.json.Named;
import dev.dynode.replay.EventCodec;
import dev.dynode.replay.HistoryFile;
import dev.dynode.replay.HistoryFileInvalid;
import dev.dynode.replay.Offline;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A story from an exported file: no node is needed. What was printed is not in it. */
final class FileStory implements Story {
  private final Offline offline = new Offline();
  private final StoryJson stories = new StoryJson(new Shown(offline.mapper()));
  private final String name;
  private final @Nullable DynoStory dyno;
  private final List<AppEvent> app;

  /**
   * Reads it.
   *
   * @param wanted name or id of a dyno; null: the only dyno of the file, else the app
   */
  FileStory(Path file, @Nullable String wanted) {
    if (!Files.isRegularFile(file)) {
      throw new CommandFailed("There is no file " + file + ".");
    }
    try {
      var read = new Reading(wanted, offline.codec());
      read.all(file);
      if (wanted != null && read.dyno.isEmpty()) {
        throw new CommandFailed("There is no dyno " + wanted + " in " + file + ".");
      }
      boolean ofDyno = wanted != null || read.app.isEmpty();
      dyno = ofDyno ? DynoStory.of(read.dyno) : null;
      app = read.app;
      name = read.name;
    } catch (HistoryFileInvalid | IOException e) {
      throw new CommandFailed(file + ": " + Reason.of(e));
    }
  }

  /** Keeps the events of the app and of the dyno that is wanted. */
  private static final class Reading {
    private final @Nullable String wanted;
    private final EventCodec codec;
    private final List<DynoEvent> dyno = new ArrayList<>();
    private final List<AppEvent> app = new ArrayList<>();
    private String id = "";
    private String name = "";

    Reading(@Nullable String wanted, EventCodec codec) {
      this.wanted = wanted;
      this.codec = codec;
    }

    void all(Path path) throws IOException, HistoryFileInvalid {
      try (var file = new HistoryFile(path)) {
        for (var line = file.next(); line != null; line = file.next()) {
          boolean first = line.sequence() == 1;
          if ((wanted == null && line.id().startsWith("App|"))
              || line.id().equals(id)
              || (first && line.id().startsWith("Dyno|"))) {
            take(line.id(), codec.read(line));
          }
        }
      }
    }

    /** Of several dynos of a name the latest counts. */
    private void take(String from, Object event) {
      switch (event) {
        case AppEvent.AppCreated created -> {
          app.add(created);
          name = created.name();
        }
        case AppEvent other -> app.add(other);
        case DynoEvent.Created created when app.isEmpty() && meant(created.spec()) -> {
          id = from;
          dyno.clear();
          dyno.add(created);
          name = created.spec().name().toString();
        }
        case DynoEvent other when from.equals(id) -> dyno.add(other);
        default -> {}
      }
    }

    private boolean meant(DynoSpec spec) {
      return wanted == null
          || spec.name().toString().equals(wanted)
          || spec.id().toString().equals(wanted);
    }
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Stream<JsonNode> events(boolean states) {
    return told(states).map(StoryJson::tree);
  }

  private Stream<EventJson> told(boolean states) {
    if (dyno != null) {
      return dyno.steps().stream().map(step -> stories.event(dyno, step, states));
    }
    Map<DynoId, Instant> ends =
        app.stream()
            .filter(AppEvent.DynoRetired.class::isInstance)
            .collect(Collectors.toMap(end -> ((AppEvent.DynoRetired) end).id(), AppEvent::at));
    var story = new AppStory(id -> Optional.ofNullable(ends.get(id)));
    return app.stream().map(story::next).map(step -> stories.event(story, step, states));
  }

  @Override
  public List<JsonNode> output() {
    return List.of();
  }

  @Override
  public JsonNode state(Moment at) {
    if (dyno == null) {
      throw new CommandFailed("Of a file only dynos have states; name one.");
    }
    return StoryJson.tree(stories.state(dyno, at.count(dyno)));
  }

  @Override
  public JsonNode explanation() {
    List<String> sentences = dyno != null ? dyno.explanation() : AppStory.explanation(app.stream());
    return StoryJson.tree(new ExplanationJson(new Named("", name), sentences));
  }
}
