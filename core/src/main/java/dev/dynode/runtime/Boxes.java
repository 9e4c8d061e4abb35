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
 * What a keeper makes ready for sandboxes, in a mount namespace that ends with it: for each launch
 * a folder with the dyno's view of its slug, {@code app}, and its {@code tmp}. For the keeper's
 * thread.
 */
record Boxes(Path folder) {
  /** A mount namespace of its own is where the keeper was started. */
  static Boxes open(Path folder) throws IOException {
    Mounts.memory(folder);
    HostEtc.copy(folder.resolve("etc"));
    return new Boxes(folder);
  }

  /** Where a launch's folder is. */
  static Path of(Path folder, String launch) {
    return folder.resolve(launch.replace(':', '.'));
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
    mount(program.launch(), box);
    List<Integer> data = new ArrayList<>();
    try {
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
    } catch (IOException e) {
      close(program.launch());
      throw e;
    } finally {
      data.forEach(Libc::close);
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

  private void mount(String launch, Box box) throws IOException {
    Path place = of(folder, launch);
    Path data = Path.of(box.folder());
    boolean privileged = box.user() >= 0;
    var open = PosixFilePermissions.fromString("rwxr-xr-x");
    try {
      for (Path point : List.of(place, place.resolve("app"), place.resolve("tmp"))) {
        Files.createDirectory(point);
        Files.setPosixFilePermissions(point, open);
      }
      if (box.lower().isEmpty()) {
        Mounts.bind(data.resolve("up"), place.resolve("app"));
      } else {
        Mounts.overlay(
            Path.of(box.lower()),
            data.resolve("up"),
            data.resolve("work"),
            place.resolve("app"),
            privileged);
      }
      Mounts.bind(data.resolve("tmp"), place.resolve("tmp"));
    } catch (IOException e) {
      close(launch);
      throw e;
    }
  }

  /** Takes away what was made for a launch, if anything was. */
  void close(String launch) throws IOException {
    Path place = of(folder, launch);
    for (String mounted : List.of("app", "tmp")) {
      Mounts.detach(place.resolve(mounted));
      Files.deleteIfExists(place.resolve(mounted));
    }
    Files.deleteIfExists(place);
  }
}
