package dev.dynode.keeper;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/**
 * Where a {@link Keeper} lives: a folder named by what it runs, so that one of another build,
 * another Java or other settings lives elsewhere. It has a copy of the code, which an upgrade may
 * overwrite under a keeper that runs.
 */
public record KeeperPlace(Path folder) {
  private static final int NAME_BYTES = 4; // a socket's path is short

  /**
   * The place of a keeper that is started so.
   *
   * @param all folder of all places
   * @param code jar or folder of the keeper's classes
   * @param command everything else that makes it what it is
   */
  public static KeeperPlace of(Path all, Path code, List<String> command) throws IOException {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(String.join("\0", command).getBytes(StandardCharsets.UTF_8));
      digest.update(Runtime.version().toString().getBytes(StandardCharsets.UTF_8));
      try (Stream<Path> files = Files.walk(code)) {
        for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile).sorted()::iterator) {
          digest.update(code.relativize(file).toString().getBytes(StandardCharsets.UTF_8));
          digest.update(Files.readAllBytes(file));
        }
      }
      return new KeeperPlace(all.resolve(HexFormat.of().formatHex(digest.digest(), 0, NAME_BYTES)));
    } catch (NoSuchAlgorithmException | UncheckedIOException e) {
      throw new IOException(e);
    }
  }

  /** Every place there is. */
  public static List<KeeperPlace> in(Path all) throws IOException {
    try (Stream<Path> folders = Files.list(all)) {
      return new ArrayList<>(folders.filter(Files::isDirectory).map(KeeperPlace::new).toList());
    }
  }

  /** Where this process has the classes of a keeper from. */
  public static Path ownCode() {
    try {
      return Path.of(Keeper.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  public Path socket() {
    return folder.resolve("socket");
  }

  /** Holds its process id while it runs. */
  public Path pid() {
    return folder.resolve("pid");
  }

  /** Held by the one keeper that may live here. */
  Path lock() {
    return folder.resolve("lock");
  }

  /** Makes the folder ready; a folder of classes is used where it is. */
  public Path settle(Path code) throws IOException {
    Files.createDirectories(folder);
    if (Files.isDirectory(code)) {
      return code;
    }
    Path copy = folder.resolve("keeper.jar");
    if (!Files.exists(copy)) {
      Path made =
          Files.copy(
              code,
              Files.createTempFile(folder, "keeper", ".part"),
              StandardCopyOption.REPLACE_EXISTING);
      Files.move(made, copy, StandardCopyOption.ATOMIC_MOVE);
    }
    return copy;
  }
}
