package dev.dynode.runtime;

import dev.dynode.runtime.KeeperProtocol.Box;
import dev.dynode.runtime.KeeperProtocol.Program;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a keeper makes ready for sandboxes: a folder with the dyno's view of its slug, {@code app},
 * and its {@code tmp}, each time in a mount namespace made for that box alone, which ends with it.
 * For the keeper's thread.
 *
 * @param home the keeper's own mount namespace
 */
record Boxes(Path folder, int home) {
  /** A mount namespace of its own is where the keeper was started. */
  static Boxes open(Path folder) throws IOException {
    Mounts.memory(folder);
    HostEtc.copy(folder.resolve("etc"));
    for (Path point : List.of(app(folder), temporary(folder))) {
      Files.createDirectory(point);
      Files.setPosixFilePermissions(point, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
    return new Boxes(folder, Mounts.namespace());
  }

  static Path app(Path folder) {
    return folder.resolve("app");
  }

  static Path temporary(Path folder) {
    return folder.resolve("tmp");
  }

  /**
   * Starts the program of a box. It goes no further than reading its descriptor 3 before everything
   * is ready.
   *
   * @param last descriptors it gets after the others
   */
  int start(
      Program program,
      Box box,
      Map<String, String> environment,
      Spawner.Source input,
      Spawner.@Nullable Source output,
      List<Integer> last)
      throws IOException {
    List<Integer> data = new ArrayList<>();
    Mounts.leave();
    try {
      mount(box);
      for (byte[] content : box.data()) {
        data.add(Libc.memory(content));
      }
      return Bounded.start(
          program.bounds(),
          box.user(),
          ready -> {
            List<Integer> inherited = new ArrayList<>(List.of(ready));
            inherited.addAll(data);
            inherited.addAll(last);
            return spawn(program, box, environment, input, output, inherited);
          });
    } finally {
      data.forEach(Libc::close);
      Mounts.enter(home);
    }
  }

  private static int spawn(
      Program program,
      Box box,
      Map<String, String> environment,
      Spawner.Source input,
      Spawner.@Nullable Source output,
      List<Integer> more)
      throws IOException {
    if (box.user() < 0) {
      return Spawner.spawn(program.command(), environment, Path.of("/"), input, output, more);
    }
    if (output == null && input instanceof Spawner.Source.File(String terminal, _)) {
      Libc.own(terminal, box.user());
    }
    return Identity.as(
        box.user(),
        () -> Spawner.spawn(program.command(), environment, Path.of("/"), input, output, more));
  }

  private void mount(Box box) throws IOException {
    Path data = Path.of(box.folder());
    if (box.lower().isEmpty()) {
      Mounts.bind(data.resolve("up"), app(folder));
    } else {
      Mounts.overlay(
          Path.of(box.lower()),
          data.resolve("up"),
          data.resolve("work"),
          app(folder),
          box.user() >= 0);
    }
    Mounts.bind(data.resolve("tmp"), temporary(folder));
  }
}
