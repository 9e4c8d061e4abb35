package dev.dynode.replay;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.format.DateTimeParseException;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/**
 * Reads a history file: a line for the head, one for each event, one for the end; then, where it
 * was continued, the same again. Every line is JSON and is chained to the one before.
 */
public final class HistoryFile implements AutoCloseable {
  private static final int BUFFER = 1 << 16;

  private final BufferedReader in;
  private final HistoryChain chain = new HistoryChain();
  private long number;
  private long events;
  private boolean open;

  public HistoryFile(Path file) throws IOException {
    // Bytes that are no text become a line whose hash does not fit.
    in = new BufferedReader(new InputStreamReader(open(file), UTF_8));
  }

  /** An archive of ended stories is packed. */
  private static InputStream open(Path file) throws IOException {
    var bytes = new BufferedInputStream(Files.newInputStream(file), BUFFER);
    try {
      bytes.mark(2);
      boolean packed = bytes.read() == 0x1f && bytes.read() == 0x8b;
      bytes.reset();
      return packed ? new GZIPInputStream(bytes, BUFFER) : bytes;
    } catch (IOException e) {
      bytes.close();
      throw e;
    }
  }

  /** How many lines were read. */
  public long number() {
    return number;
  }

  /**
   * The next event; null: there is none.
   *
   * @throws HistoryFileInvalid if the line was tampered with, or is no line of such a file
   */
  public HistoryLine.@Nullable Event next() throws IOException, HistoryFileInvalid {
    for (@Nullable String text = in.readLine(); text != null; text = in.readLine()) {
      number++;
      switch (line(text)) {
        case HistoryLine.Head _ -> {
          if (open) {
            throw invalid("a part begins before the one before it has ended.");
          }
          open = true;
        }
        case HistoryLine.Event event -> {
          if (!open) {
            throw invalid("an event outside of a part.");
          }
          events++;
          return event;
        }
        case HistoryLine.End(long count) -> {
          if (!open || count != events) {
            throw invalid("it counts " + count + " events; there are " + events + ".");
          }
          open = false;
        }
      }
    }
    if (open || number == 0) {
      number++;
      throw invalid("it is missing: the file was cut off.");
    }
    return null;
  }

  private HistoryLine line(String text) throws HistoryFileInvalid {
    if (number == 1 && !text.startsWith("{\"history\":\"dynode\"")) {
      throw invalid("this is no history of Dynode; make one with `dynode export`.");
    }
    @Nullable String content = chain.check(text);
    if (content == null) {
      throw invalid("its hash does not fit: it, or the one before it, was changed.");
    }
    try {
      JsonNode line = HistoryChain.JSON.readTree(content);
      if (line.has("history")) {
        int version = line.path("version").asInt();
        if (version != HistoryChain.VERSION) {
          throw invalid(
              "format %d; this Dynode reads %d.".formatted(version, HistoryChain.VERSION));
        }
        return new HistoryLine.Head(
            line.path("of").asText(), line.path("secrets").asText().equals("kept"));
      }
      return HistoryLine.read(line);
    } catch (JsonProcessingException e) {
      throw invalid("it is not what such a line must be: " + e.getOriginalMessage());
    } catch (DateTimeParseException e) {
      throw invalid("it is not what such a line must be: " + e.getMessage());
    }
  }

  /** Says what is wrong with the last line that was read. */
  public HistoryFileInvalid invalid(String reason) {
    return new HistoryFileInvalid(number, reason);
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
