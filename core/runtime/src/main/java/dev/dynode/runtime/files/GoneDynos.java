package dev.dynode.runtime.files;

import dev.dynode.domain.id.DynoId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which dynos were launched and found gone: an empty file for each, which outlives their launch
 * records. A node that dies before it has told the app would otherwise know nothing of the launch,
 * and start the command a second time.
 */
public record GoneDynos(Path folder) {
  /** More than a host has at a time; the oldest are forgotten. */
  private static final int MOST = 1000;

  public void add(DynoId dyno) throws IOException {
    Files.createDirectories(
        folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    if (!Files.exists(file(dyno))) {
      Files.createFile(file(dyno));
    }
  }

  public Set<DynoId> all() throws IOException {
    Set<DynoId> all = new DynoFiles(folder).all();
    if (all.size() > MOST) {
      Map<DynoId, FileTime> times = new HashMap<>();
      for (DynoId dyno : all) {
        times.put(dyno, Files.getLastModifiedTime(file(dyno)));
      }
      List<DynoId> oldest = new ArrayList<>(all);
      oldest.sort(Comparator.comparing(times::get));
      for (DynoId dyno : oldest.subList(0, all.size() - MOST)) {
        Files.delete(file(dyno));
        all.remove(dyno);
      }
    }
    return all;
  }

  private Path file(DynoId dyno) {
    return folder.resolve(dyno.toString());
  }
}
