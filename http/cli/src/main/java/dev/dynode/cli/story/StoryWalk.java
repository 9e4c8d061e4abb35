package dev.dynode.cli.story;

import com.fasterxml.jackson.databind.JsonNode;
import dev.dynode.cli.client.Json;
import dev.dynode.cli.failure.CommandFailed;
import dev.dynode.cli.failure.Reason;
import dev.dynode.cli.terminal.Terminal;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.function.LongFunction;

/** A walk through a story in the terminal: one event at a time, with the state after it. */
final class StoryWalk {
  private static final String CLEAR = "\033[H\033[2J";
  private static final int ESCAPE = 27;
  private static final String KEYS = "→ next   ← back   g first   G last   q quit";

  private final List<JsonNode> events;
  private final LongFunction<JsonNode> state;
  private int at;

  /**
   * @param state after so many events
   */
  StoryWalk(List<JsonNode> events, LongFunction<JsonNode> state) {
    this.events = events;
    this.state = state;
  }

  private enum Key {
    NEXT,
    BACK,
    FIRST,
    LAST,
    QUIT,
    OTHER
  }

  void run() {
    if (!Terminal.joined()) {
      throw new CommandFailed("--step needs a terminal; leave it out to print everything.");
    }
    try (Terminal _ = Terminal.raw(0)) {
      Key key = Key.OTHER;
      while (key != Key.QUIT) {
        show();
        key = read(System.in);
        at =
            switch (key) {
              case NEXT -> Math.min(at + 1, events.size() - 1);
              case BACK -> Math.max(at - 1, 0);
              case FIRST -> 0;
              case LAST -> events.size() - 1;
              case QUIT, OTHER -> at;
            };
      }
    } catch (IOException e) {
      throw new CommandFailed("the terminal cannot be read: " + Reason.of(e));
    }
  }

  private void show() {
    var text = new StringBuilder(CLEAR);
    JsonNode event = events.get(at);
    StoryText.of(event).forEach(line -> text.append(line).append("\n"));
    JsonNode after = state.apply(event.path("sequence").asLong());
    text.append("\n").append(Json.pretty(after.path("details"))).append("\n\n");
    text.append("Event ").append(at + 1).append(" of ").append(events.size());
    text.append("   ").append(KEYS).append("\n");
    System.out.print(text.toString().replace("\n", "\r\n")); // the terminal is raw
    System.out.flush();
  }

  private static Key read(InputStream in) throws IOException {
    return switch (in.read()) {
      case 'n', ' ', '\r', '\n', 'l', 'j' -> Key.NEXT;
      case 'p', 'b', 'h', 'k', 127 -> Key.BACK;
      case 'g' -> Key.FIRST;
      case 'G' -> Key.LAST;
      case 'q', 3, 4, -1 -> Key.QUIT;
      case ESCAPE -> in.read() == '[' ? arrow(in.read()) : Key.QUIT;
      default -> Key.OTHER;
    };
  }

  private static Key arrow(int letter) {
    return switch (letter) {
      case 'A', 'D' -> Key.BACK;
      case 'B', 'C' -> Key.NEXT;
      case 'H' -> Key.FIRST;
      case 'F' -> Key.LAST;
      default -> Key.OTHER;
    };
  }
}
