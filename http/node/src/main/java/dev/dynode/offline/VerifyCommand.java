package dev.dynode.offline;

import com.fasterxml.jackson.databind.JsonNode;
import dev.dynode.cli.client.Json;
import dev.dynode.cli.client.NodeOptions;
import dev.dynode.cli.failure.ApiError;
import dev.dynode.cli.failure.CommandFailed;
import dev.dynode.cli.failure.Reason;
import dev.dynode.cli.terminal.ProgressBar;
import dev.dynode.edge.api.history.StoryJson;
import dev.dynode.edge.api.history.VerificationJson;
import dev.dynode.journal.Rows;
import dev.dynode.replay.Offline;
import dev.dynode.replay.StoryArchive;
import dev.dynode.replay.Verification;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code dynode verify}: whether the journal is what today's rules make of it. */
@Command(
    name = "verify",
    description = {
      "Replay the whole journal with today's rules, and compare it with everything that was kept of"
          + " it and with the live actors.",
      "",
      "Each divergence is told with the event where it began. Exits with 1 where there is one, and"
          + " with 3 where it could not look: no journal, one that cannot be opened, no node.",
      ""
    })
public final class VerifyCommand implements Callable<Integer> {
  private static final int NOT_LOOKED = 3;

  @Mixin private final NodeOptions node = new NodeOptions();

  @Option(
      names = "--journal",
      paramLabel = "DIR",
      description = {
        "Of this folder instead of the node's: a copy of a journal, or of a data folder. Nothing is"
            + " written to it."
      })
  private @Nullable Path journal;

  @Option(names = "--json", description = "Print each divergence and the result as a line of JSON.")
  private boolean json;

  private final ProgressBar bar = ProgressBar.onStderr();
  private final long began = System.nanoTime();
  private @Nullable JsonNode result;

  @Override
  public Integer call() {
    try {
      if (journal != null) {
        offline(journal.toAbsolutePath().normalize());
      } else if (node.resting()) {
        offline(node.data());
      } else {
        online();
      }
    } catch (ApiError e) {
      throw new CommandFailed(e.text(), NOT_LOOKED);
    } catch (IOException | RuntimeException e) { // damage shows itself in many ways
      throw new CommandFailed(Reason.of(e), NOT_LOOKED);
    } finally {
      bar.clear();
    }
    if (result == null) {
      throw new CommandFailed("The node stopped answering before the end.", NOT_LOOKED);
    }
    if (journal != null && result.path("events").asLong() == 0) {
      throw new CommandFailed("There is no event in " + journal + ".", NOT_LOOKED);
    }
    return result.path("divergences").asLong() == 0 ? 0 : 1;
  }

  private void online() throws IOException {
    try (var in = node.api().stream("POST", "/verification");
        var lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        told(Json.read(line.getBytes(StandardCharsets.UTF_8)));
      }
    }
  }

  private void offline(Path folder) {
    var offline = new Offline();
    try (Rows rows = StoryArchive.rows(offline.journal(folder))) {
      long all = rows.lastOffset();
      var verification =
          new Verification(
              rows,
              offline.codec(),
              found -> told(StoryJson.tree(VerificationJson.of(found))),
              events -> bar.at(events, all));
      told(StoryJson.tree(VerificationJson.of(verification.run())));
    }
  }

  private void told(JsonNode line) {
    if (line.has("of_events")) {
      bar.at(line.path("events").asLong(), line.path("of_events").asLong());
      return;
    }
    bar.clear();
    if (json) {
      System.out.println(line);
    }
    JsonNode divergence = line.path("divergence");
    if (line.has("result")) {
      result = line.path("result");
      if (!json) {
        System.out.println(summary(line.path("result")));
      }
    } else if (!json) {
      long sequence = divergence.path("sequence").asLong();
      System.out.println(
          "%s %s%s: %s"
              .formatted(
                  divergence.path("kind").asText(),
                  divergence.path("id").asText(),
                  sequence == 0 ? "" : " event " + sequence,
                  divergence.path("reason").asText()));
    }
  }

  private String summary(JsonNode told) {
    if (told.path("events").asLong() == 0 && told.path("divergences").asLong() == 0) {
      return "0 events: there is nothing to verify.";
    }
    double seconds = (System.nanoTime() - began) / 1e9;
    long divergences = told.path("divergences").asLong();
    return String.format(
        Locale.ROOT,
        "%,d events of %,d histories in %.1f s: %s.",
        told.path("events").asLong(),
        told.path("histories").asLong(),
        seconds,
        divergences == 0
            ? "nothing diverges"
            : divergences == 1 ? "1 divergence" : divergences + " divergences");
  }
}
