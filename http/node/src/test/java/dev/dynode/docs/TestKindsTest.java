package dev.dynode.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Every class of tests says what it needs: one that does not is run by nobody who asks by kind. */
@Tag("unit")
class TestKindsTest {
  private static final List<String> KINDS = List.of("unit", "process", "cluster", "cli");
  private static final Pattern TAG = Pattern.compile("^@Tag\\(\"(\\w+)\"\\)$", Pattern.MULTILINE);

  @Test
  void everyClassOfTestsHasOneKind() throws IOException {
    int classes = 0;
    for (String folder : List.of("core", "simulator", "persistence", "http")) {
      try (Stream<Path> files = Files.walk(Docs.root().resolve(folder))) {
        for (Path file :
            files
                .filter(f -> f.toString().matches(".*/src/test/java/.*Test\\.java"))
                .filter(f -> !f.toString().contains("/target/"))
                .toList()) {
          List<String> kinds = kinds(Files.readString(file));
          assertEquals(1, kinds.size(), file + " has the kinds " + kinds);
          assertTrue(KINDS.containsAll(kinds), file + " has the kind " + kinds);
          classes++;
        }
      }
    }
    assertTrue(classes > 100, classes + " classes");
  }

  private static List<String> kinds(String source) {
    return TAG.matcher(source).results().map(found -> found.group(1)).toList();
  }
}
