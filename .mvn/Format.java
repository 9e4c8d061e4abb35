import com.google.googlejavaformat.java.Formatter;
import com.google.googlejavaformat.java.ImportOrderer;
import com.google.googlejavaformat.java.JavaFormatterOptions;
import com.google.googlejavaformat.java.RemoveUnusedImports;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Formats every Java file of the project that changed since the last run. With CI=true it changes
 * nothing and fails instead, naming the files.
 */
class Format {
  /** What is not ours, or was made. */
  private static final Set<String> SKIPPED = Set.of("target", "node_modules", ".git", ".mvn");

  public static void main(String[] args) throws Exception {
    Path root = Path.of(args[0]);
    Path stamp = root.resolve("target/format.stamp");
    boolean check = "true".equals(System.getenv("CI"));
    FileTime since = Files.exists(stamp) && !check ? Files.getLastModifiedTime(stamp) : FileTime.fromMillis(0);
    FileTime now = FileTime.fromMillis(System.currentTimeMillis());
    var formatter = new Formatter();
    int wrong = 0;
    for (Path file : sources(root)) {
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
    if (wrong > 0) {
      System.err.println("Run any mvn build and commit what it formatted.");
      System.exit(1);
    }
    Files.createDirectories(stamp.getParent());
    Files.writeString(stamp, "");
    Files.setLastModifiedTime(stamp, now);
  }

  private static List<Path> sources(Path root) throws IOException {
    List<Path> found = new ArrayList<>();
    Files.walkFileTree(
        root,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
            return SKIPPED.contains(folder.getFileName().toString())
                ? FileVisitResult.SKIP_SUBTREE
                : FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (file.toString().endsWith(".java")) {
              found.add(file);
            }
            return FileVisitResult.CONTINUE;
          }
        });
    return found;
  }
}
