package dev.dynode.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What the page of faults says keeps them ended is there. */
@Tag("unit")
class FaultsPageTest {
  private static final Pattern ROW =
      Pattern.compile("\\| (.+) \\| (.+) \\| `?[0-9a-f]{7,40}`? \\| (.+) \\|");
  private static final Pattern NAMED =
      Pattern.compile("([A-Z]\\w+)?[.#]?(?:\\b([a-z]\\w+))?", Pattern.UNICODE_CHARACTER_CLASS);

  @Test
  void everyFaultHasItsCommitAndTestsThatAreThere() throws Exception {
    Map<String, String> tests = tests();
    List<String> missing = new ArrayList<>();
    int faults = 0;
    for (String line : Files.readAllLines(Docs.root().resolve("docs/faults.md"))) {
      if (!line.startsWith("| ") || line.startsWith("| fault |")) {
        continue;
      }
      faults++;
      var row = ROW.matcher(line);
      assertTrue(row.matches(), () -> "not fault, finder, commit, test: " + line);
      String type = "";
      for (String word : row.group(3).replaceAll("\\([^)]*\\)|`", "").split("[,;]\\s*", -1)) {
        var named = NAMED.matcher(word.strip());
        assertTrue(named.matches(), () -> word + " names no test: " + line);
        type = named.group(1) == null ? type : named.group(1);
        String text = tests.getOrDefault(type, "");
        if (text.isEmpty()
            || (named.group(2) != null && !text.contains(" " + named.group(2) + "("))) {
          missing.add(type + "." + named.group(2));
        }
      }
    }
    assertEquals(List.of(), missing);
    assertTrue(faults > 100, faults + " faults");
  }

  /** The text of each class of tests; of those with one name, of all. */
  private static Map<String, String> tests() throws IOException {
    Map<String, String> tests = new HashMap<>();
    for (String module : List.of("core", "simulator", "persistence", "http")) {
      try (Stream<Path> files = Files.walk(Docs.root().resolve(module))) {
        for (Path file :
            (Iterable<Path>)
                files
                        .filter(f -> f.toString().matches(".*/src/test/java/.*\\.java"))
                        .filter(f -> !f.toString().contains("/target/"))
                    ::iterator) {
          tests.merge(
              file.getFileName().toString().replace(".java", ""),
              Files.readString(file),
              String::concat);
        }
      }
    }
    return tests;
  }
}
