package dev.dynode.store;

import dev.dynode.domain.id.DynoId;
import dev.dynode.domain.logs.LogLine;
import dev.dynode.port.LogStore.Origin;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/**
 * A log line as bytes on disk: {@code MICROSECONDS TAB SOURCE TAB PROCESS TAB TEXT LF} in UTF-8,
 * microseconds since 1970; of a line of a program's output {@code @DYNO:GENERATION:END} follows
 * them. In the last three a backslash is written {@code \\}, a line feed {@code \n}, a carriage
 * return {@code \r}, and in source and process a tab {@code \t}; every other character is itself.
 */
public final class LogLineFormat {
  private LogLineFormat() {}

  static byte[] encode(LogLine line, @Nullable Origin origin) {
    var out = new StringBuilder(line.text().length() + 96);
    out.append(micros(line.at()));
    if (origin != null) {
      out.append('@').append(origin.dyno()).append(':').append(origin.generation());
      out.append(':').append(origin.end());
    }
    out.append('\t');
    escape(line.source(), true, out);
    out.append('\t');
    escape(line.process(), true, out);
    out.append('\t');
    escape(line.text(), false, out);
    return out.append('\n').toString().getBytes(StandardCharsets.UTF_8);
  }

  /**
   * Reads one line, without its line feed.
   *
   * @return {@code null} if this is no such line (damaged by a power failure)
   */
  static @Nullable LogLine decode(byte[] bytes, int offset, int length) {
    String line = new String(bytes, offset, length, StandardCharsets.UTF_8);
    int source = line.indexOf('\t') + 1;
    int process = line.indexOf('\t', source) + 1;
    int text = line.indexOf('\t', process) + 1;
    if (source == 0 || process == 0 || text == 0) {
      return null;
    }
    int at = line.indexOf('@');
    int micros = at >= 0 && at < source - 1 ? at : source - 1;
    try {
      return new LogLine(
          Instant.EPOCH.plus(Long.parseLong(line, 0, micros, 10), ChronoUnit.MICROS),
          unescape(line.substring(source, process - 1)),
          unescape(line.substring(process, text - 1)),
          unescape(line.substring(text)));
    } catch (NumberFormatException e) {
      return null;
    }
  }

  /** Of which output a line is; {@code null} if it says nothing of it. */
  static @Nullable Origin origin(byte[] bytes, int offset, int length) {
    int end = 0;
    while (end < length && bytes[offset + end] != '\t') {
      end++;
    }
    String head = new String(bytes, offset, end, StandardCharsets.ISO_8859_1);
    String[] parts = head.substring(head.indexOf('@') + 1).split(":", -1);
    try {
      return head.indexOf('@') < 0 || parts.length != 3
          ? null
          : new Origin(DynoId.of(parts[0]), Integer.parseInt(parts[1]), Long.parseLong(parts[2]));
    } catch (IllegalArgumentException damaged) {
      return null;
    }
  }

  static long micros(Instant at) {
    return ChronoUnit.MICROS.between(Instant.EPOCH, at);
  }

  private static void escape(String text, boolean tabs, StringBuilder out) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '\\' -> out.append("\\\\");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append(tabs ? "\\t" : "\t");
        default -> out.append(c);
      }
    }
  }

  private static String unescape(String text) {
    if (text.indexOf('\\') < 0) {
      return text;
    }
    var out = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c != '\\' || i + 1 == text.length()) {
        out.append(c);
        continue;
      }
      char escaped = text.charAt(++i);
      switch (escaped) {
        case 'n' -> out.append('\n');
        case 'r' -> out.append('\r');
        case 't' -> out.append('\t');
        default -> out.append(escaped);
      }
    }
    return out.toString();
  }
}
