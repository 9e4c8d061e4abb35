package dev.dynode.keeper;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

/**
 * What boxes see of the host's {@code /etc}: a copy, made when the keeper starts, of what programs
 * need to find libraries, names and certificates, as far as everybody may read it. One folder to
 * show instead of many files: each would cost every start a tenth of a millisecond.
 */
public final class HostEtc {
  private static final Path ETC = Path.of("/etc");
  private static final List<String> SHOWN =
      List.of(
          "alternatives",
          "ca-certificates",
          "crypto-policies",
          "debian_version",
          "fonts",
          "gai.conf",
          "host.conf",
          "inputrc",
          "ld.so.cache",
          "ld.so.conf",
          "ld.so.conf.d",
          "locale.alias",
          "localtime",
          "magic",
          "mime.types",
          "nsswitch.conf",
          "os-release",
          "pki",
          "profile",
          "protocols",
          "services",
          "shells",
          "ssl",
          "terminfo",
          "timezone");

  /** Each box shows its own of the first two, and the host's of this moment of the others. */
  private static final List<String> COVERED = List.of("passwd", "group", "hosts", "resolv.conf");

  private HostEtc() {}

  /** Makes the copy at a place where nothing is. */
  public static void copy(Path target) throws IOException {
    folder(target);
    for (String name : SHOWN) {
      if (Files.exists(ETC.resolve(name), LinkOption.NOFOLLOW_LINKS)) {
        Files.walkFileTree(ETC.resolve(name), new Copy(target));
      }
    }
    for (String name : COVERED) {
      Files.createFile(target.resolve(name));
    }
    // A shell that is not interactive, as the one that runs commands, passes no prompt on.
    Path forShells = target.resolve("bash.bashrc");
    Files.writeString(forShells, "PS1='" + ShellDefaults.PROMPT + "'\n");
    Files.setPosixFilePermissions(forShells, PosixFilePermissions.fromString("rw-r--r--"));
  }

  private static void folder(Path folder) throws IOException {
    Files.createDirectory(folder);
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private static boolean everybodyMayRead(Path path) throws IOException {
    return Files.getPosixFilePermissions(path, LinkOption.NOFOLLOW_LINKS)
        .contains(PosixFilePermission.OTHERS_READ);
  }

  private static final class Copy extends SimpleFileVisitor<Path> {
    private final Path target;

    Copy(Path target) {
      this.target = target;
    }

    private Path of(Path source) {
      return target.resolve(ETC.relativize(source));
    }

    @Override
    public FileVisitResult preVisitDirectory(Path dir, BasicFileAttributes attributes)
        throws IOException {
      if (!everybodyMayRead(dir)) {
        return FileVisitResult.SKIP_SUBTREE;
      }
      folder(of(dir));
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
      if (attributes.isSymbolicLink()) {
        Files.createSymbolicLink(of(file), Files.readSymbolicLink(file));
      } else if (attributes.isRegularFile() && everybodyMayRead(file)) {
        Files.copy(file, of(file));
        Files.setPosixFilePermissions(of(file), PosixFilePermissions.fromString("rw-r--r--"));
      }
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFileFailed(Path file, IOException failure) {
      return FileVisitResult.CONTINUE; // not for us to read
    }
  }
}
