package dev.dynode.docs;

import java.nio.file.Files;
import java.nio.file.Path;

/** Where the documentation is. */
public final class Docs {
  private Docs() {}

  /** The project's folder, wherever in it the tests run. */
  public static Path root() {
    Path folder = Path.of("").toAbsolutePath();
    while (!Files.isDirectory(folder.resolve("docs"))) {
      folder = folder.getParent();
      if (folder == null) {
        throw new IllegalStateException("not inside the project");
      }
    }
    return folder;
  }

  public static String generated(String by) {
    return "<!-- Made from the code by " + by + "; `-Ddocs.update=true` writes it anew. -->\n\n";
  }
}
