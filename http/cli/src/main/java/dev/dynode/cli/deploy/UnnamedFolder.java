package dev.dynode.cli.deploy;

import dev.dynode.cli.failure.CommandFailed;
import dev.dynode.cli.failure.Reason;
import dev.dynode.cli.failure.Words;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The current folder, where nobody has said what is to be deployed: what is surely no app is not
 * deployed by mistake.
 */
public final class UnnamedFolder {
  private static final long MOST_BYTES = 1L << 30;

  private final Path folder = Path.of("").toAbsolutePath();

  public Path path() {
    return folder;
  }

  /** Why it is no app, and what to do; empty: it may be one. */
  public Optional<String> refusal() {
    return what()
        .map(
            what ->
                "Not deploying %s, which is %s. For your app, cd to its folder first, or name it."
                    .formatted(folder, what));
  }

  private Optional<String> what() {
    @Nullable String launcher = System.getProperty("dynode.launcher");
    Map<String, String> environment = System.getenv();
    if (folder.getParent() == null) {
      return Optional.of("the root of all files");
    }
    if (same(Path.of(environment.getOrDefault("HOME", "/")))) {
      return Optional.of("your home folder");
    }
    return launcher != null && same(Path.of(launcher).resolve("../..").normalize())
        ? Optional.of("Dynode itself")
        : Optional.empty();
  }

  private boolean same(Path other) {
    try {
      return Files.isSameFile(folder, other);
    } catch (IOException oneIsNotThere) {
      return false;
    }
  }

  /**
   * Before anything is packed.
   *
   * @param excluded what would not be packed
   */
  public void requireSmall(Packer packer, Set<Path> excluded) {
    try {
      if (packer.bytes(folder, excluded, MOST_BYTES) > MOST_BYTES) {
        throw new CommandFailed(
            "Not deploying %s: it holds more than %d MiB. For your app, cd to its folder first, or list what it does not need in .slugignore; if all of this is your app, name it: %s."
                .formatted(folder, MOST_BYTES >> 20, Words.quote(folder.toString())));
      }
    } catch (IOException e) {
      throw new CommandFailed("Cannot pack " + folder + ": " + Reason.of(e));
    }
  }
}
