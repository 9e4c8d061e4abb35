package dev.dynode.cli.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("unit")
class AppNameTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "/",
        "/a",
        "/ab",
        "/My App",
        "/2048",
        "/---",
        "/é",
        "/x.y.z",
        "/Straße",
        "/a-name-that-is-much-longer-than-thirty-letters",
        "/twenty-nine-letters-are-here-x-y"
      })
  void everyFolderHasAName(String folder) {
    String name = AppName.of(Path.of(folder));
    assertTrue(name.matches("^[a-z][a-z0-9-]{1,28}[a-z0-9]$"), folder + " -> " + name);
  }

  @Test
  void nearestWins() {
    assertEquals("my-app", AppName.choose(null, "", Path.of("/src/My App")));
    assertEquals("env", AppName.choose(null, "env", Path.of("/src/My App")));
    assertEquals("given", AppName.choose("given", "env", Path.of("/src/My App")));
  }
}
