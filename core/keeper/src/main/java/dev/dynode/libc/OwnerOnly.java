package dev.dynode.libc;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.Set;
import java.util.function.Predicate;

/** Files for nobody but this process's user. */
public final class OwnerOnly {
  private static final Set<PosixFilePermission> OWNER =
      EnumSet.of(
          PosixFilePermission.OWNER_READ,
          PosixFilePermission.OWNER_WRITE,
          PosixFilePermission.OWNER_EXECUTE);

  private OwnerOnly() {}

  /** Whatever this process makes from now on. */
  public static void everythingNew() {
    Libc.umask(0077);
  }

  /**
   * What others could read or write before.
   *
   * @param open whether the folder itself was open, and so what is in it could be reached
   * @param files how many were open, the folder among them
   * @param left one that cannot be changed, for it belongs to somebody else; empty: none
   */
  public record Mended(boolean open, int files, String left) {}

  /**
   * A folder and what is in it, from the top: once a folder is closed nobody can put other files in
   * the place of those it holds. Follows no symbolic link but the folder itself.
   *
   * @param others files and folders whose modes are somebody else's affair
   */
  public static Mended mend(Path folder, Predicate<Path> others) throws IOException {
    var mending = new Mending(others);
    Path real = folder.toRealPath();
    boolean open = !OWNER.containsAll(Files.getPosixFilePermissions(real));
    mending.visit(real);
    return new Mended(open, mending.files, mending.left);
  }

  private static final class Mending {
    private final Predicate<Path> others;
    private int files;
    private String left = "";

    Mending(Predicate<Path> others) {
      this.others = others;
    }

    void visit(Path path) throws IOException {
      if (others.test(path)) {
        return;
      }
      PosixFileAttributeView view =
          Files.getFileAttributeView(path, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
      PosixFileAttributes now;
      try {
        now = view.readAttributes();
      } catch (NoSuchFileException e) { // removed meanwhile, such as by a keeper
        return;
      }
      if (now.isSymbolicLink()) {
        return;
      }
      if (!OWNER.containsAll(now.permissions())) {
        var wanted = EnumSet.copyOf(OWNER);
        wanted.retainAll(now.permissions());
        try {
          Files.setPosixFilePermissions(path, wanted);
          files++;
        } catch (IOException e) {
          left = left.isEmpty() ? path.toString() : left;
        }
      }
      if (now.isDirectory()) {
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(path)) {
          for (Path entry : entries) {
            visit(entry);
          }
        } catch (DirectoryIteratorException e) {
          throw e.getCause();
        }
      }
    }
  }
}
