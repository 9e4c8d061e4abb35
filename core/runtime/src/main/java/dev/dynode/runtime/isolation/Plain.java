package dev.dynode.runtime.isolation;

import dev.dynode.domain.id.DynoId;
import dev.dynode.keeper.KeeperProtocol.Bounds;
import dev.dynode.keeper.KeeperProtocol.Program;
import dev.dynode.libc.Libc;
import dev.dynode.port.ProcessRuntime.Launch;
import dev.dynode.port.ProcessRuntime.SlugTree;
import dev.dynode.port.ProcessRuntime.WindowSize;
import dev.dynode.runtime.files.DynoFiles;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Processes of one user, each with a copy of the slug and a session of its own. They can see and
 * signal one another, and read whatever that user can read.
 *
 * @param files where that user can reach them
 * @param link where the node finds them
 * @param user whose processes they are; -1: this process's
 */
public record Plain(DynoFiles files, Path link, int user) implements Isolation {
  /**
   * As this process's user. For root as another one, who may not go into a data folder: the files
   * are elsewhere then, and a link is in their place.
   *
   * @param node its name
   */
  public static Plain open(DynoFiles files, PlainSettings settings, String node)
      throws IOException {
    Path link = files.folder();
    if (Libc.user() != 0 || settings.user() < 0) {
      return new Plain(files, link, -1);
    }
    Path folder = settings.folder().resolve(node);
    try {
      for (Path each : List.of(settings.folder(), folder)) {
        if (Files.notExists(each)) {
          Files.createDirectories(each);
          Files.setPosixFilePermissions(each, DynoFiles.TO_PASS);
        }
      }
      if (!Files.isSymbolicLink(link) || !Files.readSymbolicLink(link).equals(folder)) {
        Files.createDirectories(link.resolveSibling("."));
        Files.deleteIfExists(link);
        Files.createSymbolicLink(link, folder);
      }
    } catch (DirectoryNotEmptyException e) {
      throw new IOException(
          "%s has files of dynos that had another isolation; remove it".formatted(link), e);
    } catch (IOException e) {
      throw new IOException(
          "dynos of user %d cannot have their files in %s (dynode.runtime.plain.folder): %s"
              .formatted(settings.user(), folder, e),
          e);
    }
    return new Plain(new DynoFiles(folder), link, settings.user());
  }

  @Override
  public void close() {
    if (user >= 0) {
      try {
        Files.deleteIfExists(files.folder());
        Files.deleteIfExists(link);
        Files.deleteIfExists(files.folder().getParent());
      } catch (IOException e) {
        // dynos have files there
      }
    }
  }

  @Override
  public void prepare(DynoId dyno, SlugTree slug) throws IOException {
    files.copy(dyno, slug.directory(), user);
  }

  @Override
  public Program program(Launch launch, Bounds bounds, int processes, boolean waits) {
    Path home = files.app(launch.dyno());
    Map<String, String> environment = Isolation.environment(launch, home.toString());
    environment.putIfAbsent("TMPDIR", files.temporary(launch.dyno()).toString());
    WindowSize window = launch.terminal();
    String shell = Files.isExecutable(Path.of("/bin/bash")) ? "/bin/bash" : "/bin/sh";
    return new Program(
        launch.dyno() + ":" + launch.generation(),
        Isolation.shell(shell, home, launch.script()),
        environment,
        home.toString(),
        files.record(launch.dyno()).toString(),
        window == null ? 0 : window.columns(),
        window == null ? 0 : window.rows(),
        launch.input(),
        user,
        Isolation.trial(launch),
        false,
        bounds,
        null);
  }
}
