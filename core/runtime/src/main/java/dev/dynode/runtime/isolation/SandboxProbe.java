package dev.dynode.runtime.isolation;

import dev.dynode.keeper.ShellDefaults;
import dev.dynode.libc.Libc;
import dev.dynode.runtime.files.DynoFiles;
import dev.dynode.runtime.isolation.SandboxSettings.Network;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Finds out whether this machine can make sandboxes, by making one. */
public final class SandboxProbe {
  private static final int SECONDS = 10;

  /** Where the keeper may mount: exists on every system, and dynos see nothing of it. */
  private static final List<Path> PLACES =
      Stream.of("/mnt", "/media", "/srv", "/opt", "/tmp").map(Path::of).toList();

  private static final Path TUNNEL = Path.of("/dev/net/tun");

  private static final String BOX =
      "mount -t tmpfs -o mode=0755 tmpfs \"$1\" && mkdir \"$1/app\""
          + " && mount -t overlay -o \"$2\" overlay \"$1/app\" && shift 2 && exec \"$@\"";

  private final DynoFiles files;
  private final SandboxSettings settings;
  private final int user;

  public SandboxProbe(DynoFiles files, SandboxSettings settings) {
    this.files = files;
    this.settings = settings;
    user = Libc.user() == 0 ? settings.user() : -1;
  }

  /**
   * Makes a box.
   *
   * @throws IOException if none can be made here; says why
   */
  public Sandbox open() throws IOException {
    Path bubblewrap = program(settings.program(), "bubblewrap");
    Path boxes = place(List.of(files.folder(), bubblewrap, Path.of(settings.root())));
    SandboxSystem system = SandboxSystem.of(settings.root());
    var sandbox =
        new Sandbox(
            files,
            boxes,
            bubblewrap,
            system,
            user,
            settings,
            settings.network() == Network.OWN ? outbound() : null,
            SeccompFilter.ofThisMachine());
    attempt(sandbox);
    return sandbox;
  }

  private Path outbound() throws IOException {
    Path found = program(settings.outbound(), "slirp4netns");
    if (!Files.isWritable(TUNNEL)) {
      throw new IOException(
          "networks of their own need " + TUNNEL + ", which this user may not write");
    }
    return found;
  }

  /** How a program gets a mount namespace of its own, in which it may mount. */
  public static List<String> withMounts() throws IOException {
    List<String> words = new ArrayList<>(List.of(program("unshare", "util-linux").toString()));
    if (Libc.user() != 0) {
      words.addAll(List.of("--user", "--map-root-user"));
    }
    words.addAll(List.of("--mount", "--propagation", "private", "--"));
    return words;
  }

  private void attempt(Sandbox sandbox) throws IOException {
    Path folder = files.folder().resolve("probe");
    DynoFiles.delete(folder); // of a node that was killed at this point
    files.layers(folder, user);
    try {
      List<String> words = new ArrayList<>(withMounts());
      words.addAll(List.of("/bin/sh", "-c", BOX, "sh", sandbox.boxes().toString()));
      words.add(
          "lowerdir="
              + Files.createDirectory(folder.resolve("slug"))
              + ",upperdir="
              + folder.resolve("up")
              + ",workdir="
              + folder.resolve("work")
              + (user < 0 ? ",userxattr" : ""));
      if (user >= 0) {
        String id = Integer.toString(user);
        words.addAll(List.of("setpriv", "--reuid", id, "--regid", id, "--clear-groups", "--"));
      }
      words.add(sandbox.bubblewrap().toString());
      words.addAll(sandbox.walls());
      words.addAll(List.of("--bind", sandbox.boxes().resolve("app").toString(), "/app"));
      words.addAll(List.of("--proc", "/proc", "--dev", "/dev", "--"));
      words.addAll(List.of(sandbox.system().shell(), "-c", ">/app/x"));
      Process process =
          new ProcessBuilder(words)
              .redirectErrorStream(true)
              .redirectInput(Path.of("/dev/null").toFile())
              .start();
      String said =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      if (!process.waitFor(SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
        process.destroyForcibly();
        throw new IOException(said.isEmpty() ? "a trial ended without a word" : said);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } finally {
      DynoFiles.delete(folder);
    }
  }

  private static Path program(String name, String ofPackage) throws IOException {
    if (name.contains("/")) {
      return Path.of(name);
    }
    for (String folder : ShellDefaults.PATH.split(":", -1)) {
      Path found = Path.of(folder, name);
      if (Files.isExecutable(found)) {
        return found;
      }
    }
    throw new IOException("the program " + name + " is missing; install the package " + ofPackage);
  }

  private static Path place(List<Path> needed) throws IOException {
    for (Path place : PLACES) {
      if (Files.isDirectory(place)
          && needed.stream().noneMatch(path -> path.toAbsolutePath().startsWith(place))
          && !javaHome().startsWith(place)) {
        return place;
      }
    }
    throw new IOException("none of " + PLACES + " is free to mount on");
  }

  private static Path javaHome() {
    return Path.of(System.getProperty("java.home"));
  }
}
