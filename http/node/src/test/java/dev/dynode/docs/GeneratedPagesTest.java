package dev.dynode.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The pages made from the code are what the code says today; {@code mvn -pl http -am verify
 * -Ddocs.update=true} writes them anew.
 */
@Tag("process")
class GeneratedPagesTest {
  @TempDir private Path folder;

  @Test
  void configuration() throws IOException {
    check("configuration.md", ConfigurationPage.text(Docs.root()));
  }

  @Test
  void events() throws IOException {
    check("events.md", EventsPage.text(Docs.root()));
  }

  @Test
  void lifecycle() throws IOException {
    check("lifecycle.md", LifecyclePage.text());
  }

  @Test
  void api() throws Exception {
    check("api.md", ApiPage.text(folder));
  }

  @Test
  void debugging() throws Exception {
    check("debugging.md", DebuggingPage.text(folder));
  }

  private static void check(String page, String text) throws IOException {
    Path file = Docs.root().resolve("docs").resolve(page);
    if (Boolean.getBoolean("docs.update")) {
      Files.writeString(file, text);
    }
    assertEquals(text, Files.readString(file), "docs/" + page + " is stale");
  }
}
