package dev.dynode.runtime.isolation;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What dynos see of a system, read-only: the host's programs and libraries, or a root file system
 * the operator gives.
 *
 * @param root {@code /} for the host's
 * @param programs arguments of bubblewrap that show all but {@code /etc}
 */
record SandboxSystem(Path root, List<String> programs) {
  private static final Path HOST = Path.of("/");
  private static final List<String> SHOWN =
      List.of("usr", "bin", "sbin", "lib", "lib32", "lib64", "libx32");

  /** What a box has of its own, or has not. */
  private static final Set<String> NOT_SHOWN =
      Set.of(
          "app", "boot", "dev", "etc", "home", "media", "mnt", "proc", "root", "run", "sys", "tmp");

  static SandboxSystem of(String root) throws IOException {
    Path from = root.isEmpty() ? HOST : Path.of(root).toRealPath();
    List<String> words = new ArrayList<>();
    if (from.equals(HOST)) {
      for (String name : SHOWN) {
        show(words, HOST.resolve(name), "/" + name);
      }
      words.addAll(List.of("--perms", "0755", "--dir", "/var", "--symlink", "../tmp", "/var/tmp"));
    } else {
      try (Stream<Path> entries = Files.list(from)) {
        for (Path entry : entries.sorted().toList()) {
          String name = entry.getFileName().toString();
          if (!NOT_SHOWN.contains(name)) {
            show(words, entry, "/" + name);
          }
        }
      }
    }
    words.addAll(List.of("--perms", "0755", "--dir", "/run"));
    return new SandboxSystem(from, List.copyOf(words));
  }

  private static void show(List<String> words, Path source, String at) throws IOException {
    if (Files.isSymbolicLink(source)) {
      words.addAll(List.of("--symlink", Files.readSymbolicLink(source).toString(), at));
    } else if (Files.isDirectory(source)) {
      words.addAll(List.of("--ro-bind", source.toString(), at));
    }
  }

  /**
   * Arguments that show {@code /etc}, with the host's own names of this moment.
   *
   * @param boxes where the keeper has its copy of the host's
   */
  List<String> etc(Path boxes) {
    Path etc = root.equals(HOST) ? boxes.resolve("etc") : root.resolve("etc");
    List<String> words = new ArrayList<>(List.of("--ro-bind", etc.toString(), "/etc"));
    for (String name : List.of("hosts", "resolv.conf")) {
      if (root.equals(HOST) || Files.isRegularFile(etc.resolve(name), LinkOption.NOFOLLOW_LINKS)) {
        words.addAll(List.of("--ro-bind-try", "/etc/" + name, "/etc/" + name));
      }
    }
    return words;
  }

  /** Where a program is. */
  Optional<String> program(String name) {
    return Stream.of("/usr/bin/" + name, "/bin/" + name)
        .filter(path -> Files.isExecutable(root.resolve(path.substring(1))))
        .findFirst();
  }

  String shell() {
    return Files.isExecutable(root.resolve("bin/bash")) ? "/bin/bash" : "/bin/sh";
  }
}
