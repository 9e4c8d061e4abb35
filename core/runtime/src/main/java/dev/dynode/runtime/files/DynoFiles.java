package dev.dynode.runtime.files;

import dev.dynode.domain.id.AppId;
import dev.dynode.domain.id.DynoId;
import dev.dynode.libc.Entries;
import dev.dynode.libc.Libc;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The files of dynos: {@code <folder>/<dyno id>/app} (its copy of the slug) and {@code tmp}. */
public record DynoFiles(Path folder) {
  private static final Set<PosixFilePermission> OWNER_ALL =
      PosixFilePermissions.fromString("rwx------");

  /** A folder that others may go through, and not look at. */
  public static final Set<PosixFilePermission> TO_PASS =
      PosixFilePermissions.fromString("rwx--x--x");

  public Path of(DynoId dyno) {
    return folder.resolve(dyno.toString());
  }

  public Path app(DynoId dyno) {
    return of(dyno).resolve("app");
  }

  public Path temporary(DynoId dyno) {
    return of(dyno).resolve("tmp");
  }

  /** Says that the dyno was launched; written by its keeper. */
  public Path record(DynoId dyno) {
    return of(dyno).resolve("launch");
  }

  /** Notes whose dyno it is. */
  public void own(DynoId dyno, AppId app) throws IOException {
    Files.writeString(of(dyno).resolve("owner"), app.toString());
  }

  /** Whose dyno it is, where that was noted. */
  public Optional<AppId> owner(DynoId dyno) throws IOException {
    Path owner = of(dyno).resolve("owner");
    return Files.exists(owner) ? Optional.of(AppId.of(Files.readString(owner))) : Optional.empty();
  }

  /** Every dyno that has files. */
  public Set<DynoId> all() throws IOException {
    Set<DynoId> found = new HashSet<>();
    if (Files.isDirectory(folder)) {
      try (Stream<Path> entries = Files.list(folder)) {
        for (Path entry : (Iterable<Path>) entries::iterator) {
          try {
            found.add(DynoId.of(entry.getFileName().toString()));
          } catch (IllegalArgumentException notOurs) {
            // left alone
          }
        }
      }
    }
    return found;
  }

  /** Folders for what the dyno writes, {@code up}, {@code work} and {@code tmp}. */
  public void layers(DynoId dyno, int user) throws IOException {
    layers(of(dyno), user);
  }

  /**
   * The same in any folder.
   *
   * @param user whose they are; -1: this process's
   */
  public void layers(Path place, int user) throws IOException {
    Path last = place.resolve("tmp");
    if (Files.isDirectory(last)) {
      return;
    }
    try {
      Files.createDirectories(place, PosixFilePermissions.asFileAttribute(OWNER_ALL));
      Files.createDirectory(place.resolve("work"));
      for (Path layer : List.of(place.resolve("up"), last)) {
        Files.createDirectory(layer, PosixFilePermissions.asFileAttribute(OWNER_ALL));
        own(layer, user);
      }
    } catch (IOException e) {
      delete(place);
      throw e;
    }
  }

  /** Gives a slug's files to the user, unless that was done before. */
  public synchronized void give(Path slug, int user) throws IOException {
    if (Files.getAttribute(slug, "unix:uid").equals(user)) {
      return;
    }
    Descent.into(
        slug,
        (calls, folder, name, _) -> {
          long failed = calls.own(folder, name, user);
          if (failed < 0) {
            throw new IOException(slug + ": " + Entries.text(name) + ": " + Libc.reason(-failed));
          }
        });
    own(slug, user); // last: it says that all was done
  }

  private static void own(Path file, int user) throws IOException {
    if (user >= 0) {
      Files.setAttribute(file, "unix:gid", user, LinkOption.NOFOLLOW_LINKS);
      Files.setAttribute(file, "unix:uid", user, LinkOption.NOFOLLOW_LINKS);
    }
  }

  /**
   * Copies the slug for the dyno, unless that was done before.
   *
   * @param user whose the copy is; -1: this process's
   */
  public synchronized void copy(DynoId dyno, @Nullable Path slug, int user) throws IOException {
    if (Files.isDirectory(app(dyno))) {
      return;
    }
    Path made = of(dyno).resolve("app.part");
    delete(made);
    try {
      Files.createDirectories(temporary(dyno), PosixFilePermissions.asFileAttribute(OWNER_ALL));
      if (slug == null) {
        Files.createDirectory(made);
      } else {
        Files.walkFileTree(slug, new Copy(slug, made));
      }
      Files.setPosixFilePermissions(made, OWNER_ALL);
      if (user >= 0) {
        give(made, user);
        own(temporary(dyno), user);
        Files.setPosixFilePermissions(of(dyno), TO_PASS);
      }
      Files.move(made, app(dyno), StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      delete(of(dyno));
      throw e;
    }
  }

  /** Sum of the lengths of what the dyno's folders hold. */
  public long bytes(DynoId dyno) throws IOException {
    long[] sum = {0};
    Descent.into(of(dyno), (_, _, _, stat) -> sum[0] += stat.size());
    return sum[0];
  }

  /** Removes everything the dyno had, whatever modes it gave its folders; follows no link. */
  public void delete(DynoId dyno) throws IOException {
    delete(of(dyno));
  }

  public static void delete(Path path) throws IOException {
    Removal.remove(path);
  }

  private static final class Copy extends SimpleFileVisitor<Path> {
    private final Path from;
    private final Path to;

    Copy(Path from, Path to) {
      this.from = from;
      this.to = to;
    }

    @Override
    public FileVisitResult preVisitDirectory(Path dir, BasicFileAttributes attributes)
        throws IOException {
      Files.createDirectory(target(dir));
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
      Path target = target(file);
      Files.copy(file, target, StandardCopyOption.COPY_ATTRIBUTES, LinkOption.NOFOLLOW_LINKS);
      if (!attributes.isSymbolicLink()) {
        ownerMay(target, PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);
      }
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult postVisitDirectory(Path dir, @Nullable IOException failure)
        throws IOException {
      Files.setPosixFilePermissions(target(dir), Files.getPosixFilePermissions(dir));
      ownerMay(
          target(dir),
          PosixFilePermission.OWNER_READ,
          PosixFilePermission.OWNER_WRITE,
          PosixFilePermission.OWNER_EXECUTE);
      return FileVisitResult.CONTINUE;
    }

    private Path target(Path source) {
      return to.resolve(from.relativize(source).toString());
    }
  }

  private static void ownerMay(Path path, PosixFilePermission... needed) throws IOException {
    Set<PosixFilePermission> has = Files.getPosixFilePermissions(path);
    Set<PosixFilePermission> wanted = EnumSet.copyOf(Set.of(needed));
    wanted.addAll(has);
    if (!wanted.equals(has)) {
      Files.setPosixFilePermissions(path, wanted);
    }
  }
}
