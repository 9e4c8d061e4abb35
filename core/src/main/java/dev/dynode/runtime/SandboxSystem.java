package dev.dynode.runtime;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What dynos see of a system, read-only: a root file system the operator gives, or the host's
 * programs and libraries and of its {@code /etc} what programs need to find them, names and
 * certificates.
 *
 * @param root {@code /} for the host's
 * @param arguments of bubblewrap; they leave room for {@code /app}, {@code /dev}, {@code /proc} and
 *     {@code /tmp}
 */
record SandboxSystem(Path root, List<String> arguments) {
  private static final Path HOST = Path.of("/");
  private static final List<String> PROGRAMS =
      List.of("usr", "bin", "sbin", "lib", "lib32", "lib64", "libx32");
  private static final Set<String> OWN =
      Set.of("app", "dev", "proc", "sys", "tmp", "run", "home", "root", "mnt", "media", "boot");
  private static final List<String> ETC =
      List.of(
          "alternatives",
          "bash.bashrc",
          "ca-certificates",
          "crypto-policies",
          "debian_version",
          "fonts",
          "gai.conf",
          "host.conf",
          "hosts",
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
          "resolv.conf",
          "services",
          "shells",
          "ssl",
          "terminfo",
          "timezone");

  static SandboxSystem of(String root) throws IOException {
    Path from = root.isEmpty() ? HOST : Path.of(root).toRealPath();
    List<String> words = new ArrayList<>(List.of("--perms", "0755", "--dir", "/etc"));
    if (from.equals(HOST)) {
      for (String name : PROGRAMS) {
        show(words, HOST.resolve(name), "/" + name);
      }
      for (String name : ETC) {
        words.addAll(List.of("--ro-bind-try", "/etc/" + name, "/etc/" + name));
      }
      words.addAll(List.of("--perms", "0755", "--dir", "/var", "--symlink", "../tmp", "/var/tmp"));
    } else {
      try (Stream<Path> entries = Files.list(from)) {
        for (Path entry : entries.sorted().toList()) {
          String name = entry.getFileName().toString();
          if (!OWN.contains(name)) {
            show(words, entry, "/" + name);
          }
        }
      }
      for (String name : List.of("hosts", "resolv.conf")) {
        if (Files.isRegularFile(from.resolve("etc/" + name), LinkOption.NOFOLLOW_LINKS)) {
          words.addAll(List.of("--ro-bind-try", "/etc/" + name, "/etc/" + name));
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

  /** The option that makes a file in {@code /etc} from a descriptor. */
  String file() {
    return root.equals(HOST) ? "--file" : "--ro-bind-data";
  }

  String shell() {
    return Files.isExecutable(root.resolve("bin/bash")) ? "/bin/bash" : "/bin/sh";
  }
}
