package dev.dynode.cli.client;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a node in the background writes to its log, from now on. For one thread. */
final class NodeLog {
  /** Where its stdout and stderr go, in the data folder. */
  static final String NAME = "node.log";

  private static final int TAIL_BYTES = 4096;

  /** As logback.xml writes it; of a library's warnings nobody at a terminal can make anything. */
  private static final Pattern WARNING =
      Pattern.compile("\\d\\S+ (?:WARN|ERROR) +d(?:ev)?\\.d(?:ynode)?\\.\\S+ (.*)");

  private static final String ERROR = "Error: ";

  private final Path file;
  private final long start;
  private final Set<String> told = new LinkedHashSet<>();
  private long read;

  NodeLog(Path data) throws IOException {
    file = data.resolve(NAME);
    start = Files.exists(file) ? Files.size(file) : 0;
    read = start;
  }

  Path file() {
    return file;
  }

  /** What it has warned of since this was asked last, each only once. */
  List<String> warnings() throws IOException {
    List<String> fresh = new ArrayList<>();
    String text = from(read, Integer.MAX_VALUE);
    int whole = text.lastIndexOf('\n') + 1;
    read += text.substring(0, whole).getBytes(StandardCharsets.ISO_8859_1).length;
    for (String line : utf8(text.substring(0, whole)).lines().toList()) {
      Matcher warning = WARNING.matcher(line);
      if (warning.matches() && told.add(warning.group(1))) {
        fresh.add(warning.group(1));
      }
    }
    return fresh;
  }

  /** Why it has ended: the sentence it ended with, or the end of all it wrote. */
  String reason() throws IOException {
    String tail = utf8(from(Math.max(start, Files.size(file) - TAIL_BYTES), TAIL_BYTES));
    return tail.lines()
        .filter(line -> line.startsWith(ERROR))
        .reduce((_, last) -> last)
        .map(last -> last.substring(ERROR.length()) + " Its log: " + file)
        .orElseGet(() -> "its log " + file + " ends:\n" + tail.stripTrailing());
  }

  /** A byte each character, so that none is torn. */
  private String from(long offset, int most) throws IOException {
    try (RandomAccessFile log = new RandomAccessFile(file.toFile(), "r")) {
      log.seek(offset);
      byte[] bytes = new byte[Math.clamp(log.length() - offset, 0, most)];
      log.readFully(bytes);
      return new String(bytes, StandardCharsets.ISO_8859_1);
    }
  }

  private static String utf8(String bytes) {
    return new String(bytes.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
  }
}
