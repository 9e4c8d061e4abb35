package dev.dynode.store;

import dev.dynode.port.SlugStore.Rejected;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;

/**
 * Unpacks one uploaded archive into an empty folder. Nothing in an archive can make it write
 * elsewhere: names that lead out are refused, and symbolic links are made only after everything
 * else is written, so that none is ever followed. One use, one thread.
 */
final class SlugUnpacker {
  private static final int DEFAULT_FOLDER_MODE = 0755;

  private final Path root;
  private final SlugSettings settings;
  private final Map<List<String>, Integer> folders = new LinkedHashMap<>();
  private final Set<List<String>> files = new HashSet<>();
  private final Map<List<String>, String> links = new LinkedHashMap<>();
  private final byte[] buffer = new byte[1 << 16];
  private long bytes;
  private long count;
  private boolean rootedAtApp = true;

  SlugUnpacker(Path root, SlugSettings settings) {
    this.root = root;
    this.settings = settings;
  }

  /**
   * Unpacks and closes the stream.
   *
   * @return where the code is: the folder, or {@code app} in it if every entry is there (Heroku's
   *     form)
   */
  Path unpack(InputStream archive) throws IOException, Rejected {
    boolean empty = true;
    try (SlugInput input = SlugInput.of(archive)) {
      for (TarArchiveEntry entry = input.next(); entry != null; entry = input.next()) {
        empty = false;
        put(input, entry);
      }
      input.finish();
    } catch (InvalidPathException e) {
      throw new IOException(
          "This machine cannot write the file name "
              + e.getInput()
              + ": start the node in a UTF-8 locale (LC_ALL=C.UTF-8)",
          e);
    }
    if (empty) {
      throw new Rejected("The slug has no files at all. Pack it with: tar -czf slug.tgz ./app");
    }
    List<String> app = List.of("app");
    boolean inApp = rootedAtApp && folders.containsKey(app);
    link();
    for (var folder : folders.entrySet()) {
      setMode(path(folder.getKey()), folder.getValue() | 0700);
    }
    return inApp ? path(app) : root;
  }

  private void put(SlugInput input, TarArchiveEntry entry) throws IOException, Rejected {
    List<String> name = EntryName.parts(entry.getName(), "The entry");
    if (!input.has(entry.getName()) || !input.has(entry.getLinkName())) {
      throw new Rejected(
          "The entry '"
              + entry.getName()
              + "' has a name, or is a link to one, that is no UTF-8. Rename it.");
    }
    rootedAtApp &= name.isEmpty() || name.getFirst().equals("app");
    if (entry.isSymbolicLink()) {
      if (entry.getLinkName().isEmpty() || entry.getLinkName().indexOf('\0') >= 0) {
        throw new Rejected("The link '" + entry.getName() + "' leads nowhere. Leave it out.");
      }
      makeWay(name);
      links.put(name, entry.getLinkName());
      counted();
    } else if (entry.isLink()) {
      hardLink(name, EntryName.parts(entry.getLinkName(), "The target of a hard link"));
    } else if (entry.isCharacterDevice() || entry.isBlockDevice() || entry.isFIFO()) {
      throw new Rejected(
          "The entry '"
              + entry.getName()
              + "' is a device or pipe, which a slug cannot have. Leave it out.");
    } else if (entry.isDirectory()) {
      folder(name);
      folders.put(name, entry.getMode() & 0777);
    } else if (entry.isFile() || entry.isSparse()) {
      file(input, entry, name);
      return;
    } else {
      throw new Rejected(
          "The entry '" + entry.getName() + "' is neither file, folder nor link. Leave it out.");
    }
    while (read(input) >= 0) {
      // these have no content of use
    }
  }

  private void file(SlugInput input, TarArchiveEntry entry, List<String> name)
      throws IOException, Rejected {
    makeWay(name);
    counted();
    Path path = path(name);
    try (OutputStream out =
        Files.newOutputStream(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      for (int read = read(input); read >= 0; read = read(input)) {
        out.write(buffer, 0, read);
      }
    }
    files.add(name);
    setMode(path, (entry.getMode() & 0777) | 0400);
    Files.setLastModifiedTime(path, entry.getLastModifiedTime());
  }

  private int read(SlugInput input) throws Rejected {
    int read = input.read(buffer);
    bytes += Math.max(0, read);
    if (bytes > settings.maxUnpackedBytes()) {
      throw new Rejected(
          "The slug is larger than "
              + settings.maxUnpackedBytes()
              + " bytes when unpacked. List what the app does not need in .slugignore.");
    }
    return read;
  }

  private void hardLink(List<String> name, List<String> target) throws IOException, Rejected {
    String aliased = links.get(target);
    if (!files.contains(target) && aliased == null) {
      throw new Rejected(
          "The hard link '"
              + String.join("/", name)
              + "' is to '"
              + String.join("/", target)
              + "', which is no file before it in the archive. Pack the file itself"
              + " (tar --hard-dereference).");
    }
    if (name.equals(target)) {
      return;
    }
    makeWay(name);
    counted();
    if (aliased != null) {
      links.put(name, aliased);
    } else {
      Files.createLink(path(name), path(target));
      files.add(name);
    }
  }

  /** Makes the parents, and removes what an earlier entry of this name left. */
  private void makeWay(List<String> name) throws IOException, Rejected {
    if (name.isEmpty() || folders.containsKey(name)) {
      throw conflict(name);
    }
    folder(name.subList(0, name.size() - 1));
    links.remove(name);
    if (files.remove(name)) {
      Files.delete(path(name));
    }
  }

  private void folder(List<String> name) throws IOException, Rejected {
    if (name.isEmpty() || folders.containsKey(name)) {
      return;
    }
    folder(name.subList(0, name.size() - 1));
    if (links.containsKey(name) || files.contains(name)) {
      throw conflict(name);
    }
    counted();
    Files.createDirectory(path(name));
    folders.put(List.copyOf(name), DEFAULT_FOLDER_MODE);
  }

  /**
   * Last of all, so that nothing was written through a link; where it leads is the dyno's affair.
   */
  private void link() throws IOException {
    for (var link : links.entrySet()) {
      Files.createSymbolicLink(path(link.getKey()), Path.of(link.getValue()));
    }
  }

  private void counted() throws Rejected {
    if (++count > settings.maxFiles()) {
      throw new Rejected(
          "The slug has more than "
              + settings.maxFiles()
              + " files. List what the app does not need in .slugignore.");
    }
  }

  private static Rejected conflict(List<String> name) {
    return new Rejected(
        "The archive has '"
            + String.join("/", name)
            + "' as a folder and as something else. Pack the slug again.");
  }

  private Path path(List<String> name) {
    return root.resolve(String.join("/", name));
  }

  private static void setMode(Path path, int mode) throws IOException {
    Files.setPosixFilePermissions(path, FileMode.permissions(mode));
  }
}
