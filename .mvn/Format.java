import com.google.googlejavaformat.java.Formatter;
import com.google.googlejavaformat.java.ImportOrderer;
import com.google.googlejavaformat.java.JavaFormatterOptions;
import com.google.googlejavaformat.java.RemoveUnusedImports;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;

/**
 * Formats every Java file of the project that changed since the last run. With CI=true it changes
 * nothing and fails instead, naming the files.
 */
class Format {
  public static void main(String[] args) throws Exception {
    Path root = Path.of(args[0]);
    Path stamp = root.resolve("target/format.stamp");
    boolean check = "true".equals(System.getenv("CI"));
    FileTime since = Files.exists(stamp) && !check ? Files.getLastModifiedTime(stamp) : FileTime.fromMillis(0);
    FileTime now = FileTime.fromMillis(System.currentTimeMillis());
    var formatter = new Formatter();
    int wrong = 0;
    for (String module : new String[] {"core", "simulator", "persistence", "http"}) {
      try (var files = Files.walk(root.resolve(module).resolve("src"))) {
        for (Path file : (Iterable<Path>) files.filter(f -> f.toString().endsWith(".java"))::iterator) {
          if (Files.getLastModifiedTime(file).compareTo(since) < 0) {
            continue;
          }
          String before = Files.readString(file);
          String after;
          try {
            after = formatter.formatSource(
                RemoveUnusedImports.removeUnusedImports(
                    ImportOrderer.reorderImports(before, JavaFormatterOptions.Style.GOOGLE)));
          } catch (Exception e) {
            System.err.println(root.relativize(file) + ": " + e.getMessage()); // javac says it better
            continue;
          }
          if (before.equals(after)) {
            continue;
          }
          if (check) {
            System.err.println("not formatted: " + root.relativize(file));
            wrong++;
          } else {
            Files.writeString(file, after);
          }
        }
      }
    }
    if (wrong > 0) {
      System.err.println("Run any mvn build and commit what it formatted.");
      System.exit(1);
    }
    Files.createDirectories(stamp.getParent());
    Files.writeString(stamp, "");
    Files.setLastModifiedTime(stamp, now);
  }
}
