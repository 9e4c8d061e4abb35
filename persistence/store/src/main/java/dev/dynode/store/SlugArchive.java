package dev.dynode.store;

import dev.dynode.domain.logs.LineText;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/**
 * Packs a folder as Heroku wants a slug: tar, gzipped, every entry below {@code ./app/}. Symbolic
 * links stay links; {@code .git} and what {@code .slugignore} names are left out. Whatever else
 * cannot be in a slug as it is on disk is told by name, or refused. The same files give the same
 * bytes.
 */
public final class SlugArchive {
  /** What the archive says about when files were changed. */
  public enum Times {
    /** What the disk says, to the second. */
    KEPT,
    /** 1980-01-01 for all: the archive depends on names, modes and contents only. */
    FIXED
  }

  private static final int FILE_TYPE = 0170000;
  private static final int PIPE = 0010000;
  private static final int SOCKET = 0140000;
  private static final int SET_ID = 06000;

  private static final FileTime FIXED_TIME = FileTime.fromMillis(315_532_800_000L);

  private final Path root;
  private final Set<Path> excluded;
  private final SlugIgnore ignore;
  private final Times times;
  private final TarArchiveOutputStream tar;
  private final List<String> notes = new ArrayList<>();
  private final byte[] buffer = new byte[1 << 16];

  private SlugArchive(
      Path root, Set<Path> excluded, SlugIgnore ignore, Times times, TarArchiveOutputStream tar) {
    this.root = root;
    this.excluded = excluded;
    this.ignore = ignore;
    this.times = times;
    this.tar = tar;
  }

  /**
   * Writes the archive; takes little memory whatever the size. Does not close {@code out}.
   *
   * @param excluded files and folders that are left out, wherever they are
   * @return a sentence for each thing that is not in the archive as it is on disk
   * @throws IOException if a file cannot be read, becomes shorter meanwhile or has a name that is
   *     no UTF-8, or {@code .slugignore} has an error: the message names it
   */
  public static List<String> pack(Path folder, Set<Path> excluded, Times times, OutputStream out)
      throws IOException {
    if (!Files.isDirectory(folder)) {
      throw new IOException(folder + " is no folder. Name the folder that holds the app.");
    }
    Path root = folder.toRealPath();
    var real = new HashSet<Path>();
    for (Path path : excluded) {
      real.add(Files.exists(path) ? path.toRealPath() : path.toAbsolutePath().normalize());
    }
    var zip = new GZIPOutputStream(out, 1 << 16);
    var tar = new TarArchiveOutputStream(zip, "UTF-8");
    tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
    tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
    tar.setAddPaxHeadersForNonAsciiNames(true);
    var archive = new SlugArchive(root, real, SlugIgnore.of(root), times, tar);
    archive.add(root, "");
    tar.finish();
    zip.finish();
    out.flush();
    return List.copyOf(archive.notes);
  }

  private void add(Path path, String name) throws IOException {
    PosixFileAttributes attributes = attributes(path);
    boolean folder = attributes.isDirectory();
    if (!name.isEmpty()
        && (excluded.contains(path)
            || path.getFileName().toString().equals(".git")
            || ignore.ignores(name, folder))) {
      return;
    }
    requireText(path.getFileName(), path, "has a name");
    String full = name.isEmpty() ? "./app" : "./app/" + name;
    if (attributes.isSymbolicLink()) {
      var entry = new TarArchiveEntry(full, TarConstants.LF_SYMLINK);
      Path target = Files.readSymbolicLink(path);
      requireText(target, path, "is a link to a name");
      entry.setLinkName(target.toString());
      write(entry, attributes);
      tar.closeArchiveEntry();
    } else if (folder) {
      write(new TarArchiveEntry(full + "/"), attributes);
      tar.closeArchiveEntry();
      for (Path child : children(path)) {
        String leaf = child.getFileName().toString();
        add(child, name.isEmpty() ? leaf : name + "/" + leaf);
      }
    } else if (attributes.isRegularFile()) {
      addFile(path, new TarArchiveEntry(full), attributes);
    } else {
      notes.add("Not deployed: " + shown(path) + " is a " + kind(mode(path)) + ".");
    }
  }

  private PosixFileAttributes attributes(Path path) throws IOException {
    try {
      return Files.readAttributes(path, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    } catch (IOException e) {
      throw unreadable(path, e);
    }
  }

  private static int mode(Path path) throws IOException {
    return (int) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS);
  }

  private static String kind(int mode) {
    return switch (mode & FILE_TYPE) {
      case PIPE -> "pipe";
      case SOCKET -> "socket";
      default -> "device";
    };
  }

  /** An archive has names of characters: other bytes would come out as another name. */
  private void requireText(Path name, Path path, String has) throws IOException {
    boolean same;
    try {
      same = Path.of(name.toString()).equals(name);
    } catch (InvalidPathException e) {
      same = false;
    }
    if (!same) {
      throw new IOException(
          shown(path) + " " + has + " that is no UTF-8. Rename it, or list it in .slugignore.");
    }
  }

  /** Its name below the root in one line, every byte of it that is no plain character as hex. */
  private String shown(Path path) {
    String name = root.relativize(path).toString();
    if (name.indexOf('\uFFFD') < 0) {
      return LineText.of(name);
    }
    var shown = new StringBuilder();
    String raw = path.toUri().getRawPath().substring(root.toUri().getRawPath().length());
    for (int i = 0; i < raw.length(); i++) {
      boolean hex = raw.charAt(i) == '%';
      int value = hex ? Integer.parseInt(raw, i + 1, i + 3, 16) : raw.charAt(i);
      shown.append(value < ' ' || value > '~' ? "\\x%02x".formatted(value) : (char) value);
      i += hex ? 2 : 0;
    }
    return shown.toString();
  }

  private void addFile(Path path, TarArchiveEntry entry, PosixFileAttributes attributes)
      throws IOException {
    try (InputStream in = open(path)) {
      long rest = attributes.size();
      entry.setSize(rest);
      write(entry, attributes);
      while (rest > 0) {
        int read = in.read(buffer, 0, (int) Math.min(buffer.length, rest));
        if (read < 0) {
          throw new IOException(shown(path) + " became shorter while it was packed. Try again.");
        }
        tar.write(buffer, 0, read);
        rest -= read;
      }
      tar.closeArchiveEntry();
    }
    PosixFileAttributes after = attributes(path);
    if (after.size() != attributes.size()
        || !after.lastModifiedTime().equals(attributes.lastModifiedTime())) {
      notes.add(shown(path) + " changed while it was packed: deployed is what was read of it.");
    }
    if ((mode(path) & SET_ID) != 0) {
      notes.add("Not deployed: the setuid or setgid bit of " + shown(path) + ".");
    }
  }

  private InputStream open(Path path) throws IOException {
    try {
      return Files.newInputStream(path, LinkOption.NOFOLLOW_LINKS);
    } catch (IOException e) {
      throw unreadable(path, e);
    }
  }

  private List<Path> children(Path folder) throws IOException {
    var children = new ArrayList<Path>();
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(folder)) {
      stream.forEach(children::add);
    } catch (IOException e) {
      throw unreadable(folder, e);
    }
    children.sort(Comparator.comparing(child -> child.getFileName().toString()));
    return children;
  }

  private IOException unreadable(Path path, IOException e) {
    return new IOException(
        "Cannot read " + shown(path) + " (" + e + "). Make it readable, or list it in .slugignore.",
        e);
  }

  private void write(TarArchiveEntry entry, PosixFileAttributes attributes) throws IOException {
    entry.setMode(FileMode.of(attributes.permissions()));
    entry.setIds(0, 0);
    entry.setNames("", "");
    entry.setModTime(
        times == Times.FIXED
            ? FIXED_TIME
            : FileTime.fromMillis(
                Math.floorDiv(attributes.lastModifiedTime().toMillis(), 1000L) * 1000L));
    tar.putArchiveEntry(entry);
  }
}
