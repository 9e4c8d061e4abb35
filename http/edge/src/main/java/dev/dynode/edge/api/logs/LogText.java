package dev.dynode.edge.api.logs;

import dev.dynode.domain.logs.LogLine;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.zip.CRC32C;

/** A log line as sessions show it, and as a server-sent event. */
public final class LogText {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSSxxx", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  private LogText() {}

  /** {@code TIME SOURCE[PROCESS]: TEXT}, without line end. */
  public static String line(LogLine line) {
    return TIME.format(line.at())
        + " "
        + line.source()
        + "["
        + line.process()
        + "]: "
        + line.text();
  }

  /** Names the line among those of its app, so that a reader may go on after it. */
  static String id(LogLine line) {
    var hash = new CRC32C();
    hash.update(line(line).getBytes(StandardCharsets.UTF_8));
    return line.at() + String.format(Locale.ROOT, "-%08x", hash.getValue());
  }

  /** The line as an event: it holds no line break, which would end the {@code data} field. */
  static String event(LogLine line) {
    return "id: " + id(line) + "\ndata: " + line(line) + "\n\n";
  }
}
