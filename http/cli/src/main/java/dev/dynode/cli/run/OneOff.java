package dev.dynode.cli.run;

import com.fasterxml.jackson.databind.JsonNode;
import dev.dynode.cli.client.ApiClient;
import dev.dynode.cli.client.Json;
import dev.dynode.cli.client.NodeAddress;
import dev.dynode.cli.client.Trust;
import dev.dynode.cli.failure.ApiError;
import dev.dynode.cli.failure.CommandFailed;
import dev.dynode.cli.failure.Reason;
import dev.dynode.cli.terminal.OnInterrupt;
import dev.dynode.cli.terminal.Progress;
import dev.dynode.cli.terminal.Terminal;
import dev.dynode.cli.terminal.TerminalOutput;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A one-off dyno that was created to be attached: from its {@code attach_url} to its exit status.
 */
final class OneOff {
  /** What {@code run} exits with when it cannot know or deliver everything, as ssh does. */
  static final int LOST = 255;

  private static final Duration STATUS_WITHIN = Duration.ofSeconds(5);
  private static final Duration WINDOW_POLL = Duration.ofMillis(250);
  private static final int STDIN = 0;
  static final int STDOUT = 1;

  private final ApiClient api;
  private final NodeAddress node;
  private final JsonNode dyno;
  private final String name;
  private final String path;
  private final boolean terminal;
  private final Terminal.@Nullable Size told;
  private final Progress progress;

  /**
   * @param dyno the API's answer to the create
   * @param terminal whether this terminal becomes the dyno's
   * @param told the window size it was created with
   */
  OneOff(
      ApiClient api,
      NodeAddress node,
      JsonNode dyno,
      boolean terminal,
      Terminal.@Nullable Size told,
      String command) {
    this.api = api;
    this.node = node;
    this.dyno = dyno;
    this.terminal = terminal;
    this.told = told;
    this.name = dyno.path("name").asText();
    String app = dyno.path("app").path("name").asText();
    this.path = "/apps/" + app + "/dynos/" + dyno.path("id").asText(name);
    this.progress = Progress.onStderr("Running " + command + " on " + app);
  }

  /** Joins, waits for the end, and returns the exit code for this command. */
  int attach() {
    OnInterrupt.first(this::stop);
    progress.is("connecting, " + name);
    Session.End end;
    try (AttachStream stream =
        AttachStream.dial(
            URI.create(dyno.path("attach_url").asText()),
            Trust.context(node.ca().orElse(null)),
            !terminal)) {
      if (!stream.greeted()) {
        progress.ends("failed, " + name);
        return status(Session.End.CLOSED);
      }
      progress.ends("up, " + name);
      end = terminal ? joinTerminal(stream) : joinPipes(stream);
    } catch (IOException e) {
      OnInterrupt.giveWay();
      progress.ends("failed, " + name);
      stop();
      throw new CommandFailed(
          "Cannot attach to " + name + ": " + Reason.of(e) + "; the dyno was stopped.", LOST);
    }
    return status(end);
  }

  private Session.End joinPipes(AttachStream stream) {
    OnInterrupt.first(stream::close);
    return join(stream, new FileOutputStream(FileDescriptor.out));
  }

  private Session.End joinTerminal(AttachStream stream) {
    TerminalOutput screen = new TerminalOutput(new FileOutputStream(FileDescriptor.out));
    try (Terminal raw = Terminal.raw(STDIN)) {
      OnInterrupt.first(
          () -> {
            screen.restore();
            raw.restore();
            stream.close();
          });
      Thread window = Thread.ofVirtual().start(this::followWindow);
      try {
        return join(stream, screen);
      } finally {
        window.interrupt();
        screen.restore();
      }
    }
  }

  private Session.End join(AttachStream stream, OutputStream out) {
    return new Session(stream, terminal).join(new FileInputStream(FileDescriptor.in), out);
  }

  /** Tells the dyno every new size of the window: Heroku's own client does not (heroku/cli#961). */
  private void followWindow() {
    Terminal.@Nullable Size known = told;
    try {
      while (true) {
        Thread.sleep(WINDOW_POLL);
        Terminal.@Nullable Size now = Terminal.size(STDOUT).orElse(null);
        if (now != null && !now.equals(known)) {
          known = now;
          api.post(
              path + "/actions/resize",
              Json.object().put("columns", now.columns()).put("lines", now.lines()));
        }
      }
    } catch (InterruptedException over) {
      Thread.currentThread().interrupt();
    } catch (ApiError over) {
      // The dyno is gone, or the node is too old to know the action: the size stays as it was.
    }
  }

  private void stop() {
    try {
      api.post(path + "/actions/stop", null);
    } catch (ApiError gone) {
      // then it needs no stopping; one that nobody attaches to ends by itself
    }
  }

  private int status(Session.End end) {
    OnInterrupt.giveWay();
    OnInterrupt.nothing();
    return switch (end) {
      case CLOSED -> ended(true);
      case BROKEN -> ended(false);
      case UNREAD -> {
        System.err.println(
            "Nobody reads the output any more; the connection to " + name + " was closed.");
        yield LOST;
      }
      case FORCED -> {
        System.err.println(
            "Disconnected by four ^C; "
                + name
                + " is being hung up (SIGHUP), `dynode stop "
                + name
                + "` ends it if it stays.");
        yield 1;
      }
    };
  }

  private int ended(boolean complete) {
    @Nullable JsonNode last = null;
    long deadline = System.nanoTime() + STATUS_WITHIN.toNanos();
    long pause = 5;
    try {
      do {
        last = api.get(path);
        if (last.hasNonNull("exit_status")) {
          return known(last, complete);
        }
        Thread.sleep(pause);
        pause = Math.min(2 * pause, 200);
      } while (complete && System.nanoTime() < deadline && !last.hasNonNull("ended_at"));
    } catch (ApiError e) {
      System.err.println(
          "The connection was lost and the node cannot say what became of "
              + name
              + ": "
              + e.text());
      return LOST;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    System.err.println(
        last != null && last.hasNonNull("ended_at")
            ? name + " ended without an exit status: " + last.path("cause").asText("no cause known")
            : "The connection to "
                + name
                + " was lost while it ran; it is being hung up (SIGHUP), see"
                + " `dynode ps --all` and `dynode events "
                + name
                + "`.");
    return LOST;
  }

  private int known(JsonNode last, boolean complete) {
    int status = last.path("exit_status").asInt();
    if (!complete) {
      System.err.println(
          "The connection to "
              + name
              + " broke, output may be missing; the process exited with status "
              + status
              + ".");
      return LOST;
    }
    if (status > 128 && last.hasNonNull("cause")) {
      System.err.println(name + " ended: " + last.path("cause").asText());
    }
    return status & 0xff;
  }
}
