package dev.dynode.keeper;

import dev.dynode.keeper.KeeperProtocol.Box;
import dev.dynode.keeper.KeeperProtocol.Program;
import dev.dynode.libc.Identity;
import dev.dynode.libc.Libc;
import dev.dynode.libc.Mounts;
import dev.dynode.libc.Spawner;
import java.io.Closeable;
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
public record Overlays(Path folder, int home) {
  /** A mount namespace of its own is where the keeper was started. */
  static Overlays open(Path folder) throws IOException {
    Mounts.memory(folder);
    HostEtc.copy(folder.resolve("etc"));
    for (Path point : List.of(app(folder), temporary(folder))) {
      Files.createDirectory(point);
      Files.setPosixFilePermissions(point, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
    return new Overlays(folder, Mounts.namespace());
  }

  public static Path app(Path folder) {
    return folder.resolve("app");
  }

  public static Path temporary(Path folder) {
    return folder.resolve("tmp");
  }

  /** A mount namespace that this thread is in. */
  record Room(int home) implements Closeable {
    /** Puts the thread back into the keeper's. */
    @Override
    public void close() throws IOException {
      Mounts.enter(home);
    }
  }

  /** Makes the mounts of a box, which the program that is started then inherits. */
  Room room(Program program, Box box) throws IOException {
    Mounts.leave();
    var room = new Room(home);
    try {
      mount(program, box);
      return room;
    } catch (IOException e) {
      room.close();
      throw e;
    }
  }

  /**
   * Starts the program of a box, in its room. It goes no further than reading its descriptor 3
   * before everything is ready.
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
    try {
      for (byte[] content : box.data()) {
        data.add(Libc.memory(content));
      }
      return BoundedChild.start(
          program.bounds(),
          program.user(),
          ready -> {
            List<Integer> inherited = new ArrayList<>(List.of(ready));
            inherited.addAll(data);
            inherited.addAll(last);
            return Identity.asIf(
                program.user(),
                () ->
                    Spawner.spawn(
                        program.command(), environment, Path.of("/"), input, output, inherited));
          });
    } finally {
      data.forEach(Libc::close);
    }
  }

  private void mount(Program program, Box box) throws IOException {
    if (program.columns() > 0) {
      Mounts.terminals(program.user());
    }
    Path data = Path.of(box.folder());
    if (box.lower().isEmpty()) {
      Mounts.bind(data.resolve("up"), app(folder));
    } else {
      Mounts.overlay(
          Path.of(box.lower()),
          data.resolve("up"),
          data.resolve("work"),
          app(folder),
          program.user() >= 0);
    }
    Mounts.bind(data.resolve("tmp"), temporary(folder));
  }
}
