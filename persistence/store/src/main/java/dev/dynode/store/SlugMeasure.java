package dev.dynode.store;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Set;

/** How much a {@link SlugArchive} of a folder would hold, before anything is packed. */
public final class SlugMeasure extends SimpleFileVisitor<Path> {
  /** What a file takes at least: very many small ones are much, too. */
  private static final long BLOCK = 4096;

  private final Path root;
  private final Set<Path> excluded;
  private final SlugIgnore ignore;
  private final long most;
  private long bytes;

  private SlugMeasure(Path root, Set<Path> excluded, long most) throws IOException {
    this.root = root;
    this.excluded = excluded;
    this.ignore = SlugIgnore.of(root);
    this.most = most;
  }

  /**
   * Bytes of the files, not compressed; does not look further once they are more than {@code most}.
   *
   * @param excluded absolute paths that are left out, with all below them
   */
  public static long bytes(Path folder, Set<Path> excluded, long most) throws IOException {
    var measure = new SlugMeasure(folder.toAbsolutePath().normalize(), excluded, most);
    Files.walkFileTree(measure.root, measure);
    return measure.bytes;
  }

  @Override
  public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
    return leftOut(folder, true) ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
  }

  @Override
  public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
    if (attributes.isRegularFile() && !leftOut(file, false)) {
      bytes += Math.max(BLOCK, attributes.size());
    }
    return bytes > most ? FileVisitResult.TERMINATE : FileVisitResult.CONTINUE;
  }

  /** What cannot be read is told by who packs it. */
  @Override
  public FileVisitResult visitFileFailed(Path file, IOException e) {
    return FileVisitResult.CONTINUE;
  }

  private boolean leftOut(Path path, boolean folder) {
    return !path.equals(root)
        && (excluded.contains(path)
            || path.endsWith(".git")
            || ignore.ignores(root.relativize(path).toString(), folder));
  }
}
