package dev.dynode.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("unit")
class SlugMeasureTest {
  private static final long MANY = Long.MAX_VALUE;

  @TempDir private Path folder = Path.of("");

  private Path file(String name, long bytes) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    try (var out = new RandomAccessFile(file.toFile(), "rw")) {
      out.setLength(bytes);
    }
    return file;
  }

  @Test
  void whatIsNotPackedDoesNotCount() throws IOException {
    file("app/code", 10_000);
    file("app/data/small", 1);
    file("app/.git/objects/pack", 1 << 30);
    file("app/node_modules/deep/one", 1 << 30);
    file("app/data/dynode/journal", 1 << 30);
    Files.writeString(folder.resolve("app/.slugignore"), "node_modules/\n*.log\n");
    file("app/data/x.log", 1 << 30);
    Files.createSymbolicLink(folder.resolve("app/loop"), folder.resolve("app"));
    Path app = folder.resolve("app");
    assertEquals(
        10_000 + 4096 + 4096,
        SlugMeasure.bytes(app, Set.of(app.resolve("data/dynode")), MANY),
        "code, small and .slugignore");
  }

  @Test
  void looksNoFurtherThanIsTooMuch() throws IOException {
    for (int i = 0; i < 100; i++) {
      file("many/" + i, 1);
    }
    long seen = SlugMeasure.bytes(folder.resolve("many"), Set.of(), 10 * 4096);
    assertEquals(11 * 4096, seen, "small files take their room, too");
    file("large/one", 1 << 30);
    assertTrue(SlugMeasure.bytes(folder.resolve("large"), Set.of(), 1) > 1);
  }
}
