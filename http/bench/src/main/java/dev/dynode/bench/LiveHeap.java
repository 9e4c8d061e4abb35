package dev.dynode.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** What is reachable in another Java process, after a full collection. */
public record LiveHeap(Path jcmd, long pid) {
  private static final int SHOWN = 14;

  /** What the collector fills gaps with. */
  private static final String FILLER = ".FillerElement;";

  /** Bytes of each class. */
  public record Content(Map<String, Long> classes) {
    public long bytes() {
      return classes.values().stream().mapToLong(Long::longValue).sum();
    }

    /** The classes that grew most, in bytes for each of so many. */
    String growth(Content before, int count) {
      return classes.entrySet().stream()
          .map(
              entry ->
                  Map.entry(
                      entry.getKey(),
                      (entry.getValue() - before.classes.getOrDefault(entry.getKey(), 0L)) / count))
          .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
          .limit(SHOWN)
          .map(entry -> entry.getKey() + " " + entry.getValue())
          .collect(Collectors.joining(", "));
    }
  }

  public Content content() throws IOException {
    String text = Programs.run(List.of(jcmd.toString(), String.valueOf(pid), "GC.class_histogram"));
    Map<String, Long> classes = new HashMap<>();
    // "   1:   12345   6789012  [B (java.base@25)"
    for (String line : text.lines().toList()) {
      String[] columns = line.strip().split("\\s+", 5);
      if (columns.length >= 4 && columns[0].matches("\\d+:") && !columns[3].endsWith(FILLER)) {
        classes.merge(columns[3], Long.parseLong(columns[2]), Long::sum);
      }
    }
    if (classes.isEmpty()) {
      throw new IOException("jcmd showed no classes: " + text);
    }
    return new Content(classes);
  }
}
