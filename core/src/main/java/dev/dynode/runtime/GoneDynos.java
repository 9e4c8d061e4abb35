package dev.dynode.runtime;

import dev.dynode.domain.id.DynoId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Which dynos were launched and found gone: an empty file for each, which outlives their launch
 * records. A node that dies before it has told the app would otherwise know nothing of the launch,
 * and start the command a second time.
 */
record GoneDynos(Path folder) {
  /** More than a host has at a time; the oldest are forgotten. */
  private static final int MOST = 1000;

  void add(DynoId dyno) throws IOException {
    Files.createDirectories(
        folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    Path file = folder.resolve(dyno.toString());
    if (!Files.exists(file)) {
      Files.createFile(file);
    }
  }

  Set<DynoId> all() throws IOException {
    Set<DynoId> all = new HashSet<>();
    for (Path file : newest()) {
      all.add(DynoId.of(file.getFileName().toString()));
    }
    return all;
  }

  private List<Path> newest() throws IOException {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    record Dated(Path file, FileTime time) {}
    List<Dated> files = new ArrayList<>();
    try (Stream<Path> entries = Files.list(folder)) {
      for (Path file : (Iterable<Path>) entries::iterator) {
        files.add(new Dated(file, Files.getLastModifiedTime(file)));
      }
    }
    files.sort(Comparator.comparing(Dated::time).reversed());
    for (Dated old : files.subList(Math.min(MOST, files.size()), files.size())) {
      Files.delete(old.file());
    }
    return files.stream().limit(MOST).map(Dated::file).toList();
  }
}
