package dev.dynode.runtime.cgroup;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The folders of one group in the hierarchies that hold memory, pids and cpu, as far as there are
 * such; several may be the same folder.
 *
 * @param unified that of version 2, where something of it is used: it can kill at once
 */
record CgroupPlaces(
    @Nullable Place memory, @Nullable Place pids, @Nullable Place cpu, @Nullable Place unified) {

  /**
   * @param version 1 or 2: the files have other names
   */
  record Place(int version, Path folder) {
    Path file(String first, String second) {
      return folder.resolve(version == 1 ? first : second);
    }

    /** The file into which an id is written to put that here: a thread's, or a whole process's. */
    Path door() {
      return file("tasks", "cgroup.procs");
    }

    Place child(String name) {
      return new Place(version, folder.resolve(name));
    }
  }

  private List<Place> places() {
    return Stream.of(unified, memory, pids, cpu).flatMap(Stream::ofNullable).distinct().toList();
  }

  /** Each folder once, that of version 2 first. */
  List<Path> folders() {
    return places().stream().map(Place::folder).toList();
  }

  /** Files into which an id is written to put a process of one thread into the group. */
  List<String> doors() {
    return places().stream()
        .filter(place -> Files.isDirectory(place.folder()))
        .map(place -> place.door().toString())
        .toList();
  }

  /** Those folders that exist: an earlier life may have had fewer hierarchies. */
  List<Path> existing() {
    return folders().stream().filter(Files::isDirectory).toList();
  }

  CgroupPlaces child(String name) {
    return new CgroupPlaces(
        child(memory, name), child(pids, name), child(cpu, name), child(unified, name));
  }

  private static @Nullable Place child(@Nullable Place place, String name) {
    return place == null ? null : place.child(name);
  }

  /** Makes the group in every hierarchy, or in none. */
  void create() throws IOException {
    List<Path> made = new ArrayList<>();
    try {
      for (Path folder : folders()) {
        Files.createDirectory(folder);
        made.add(folder);
      }
    } catch (IOException e) {
      for (Path folder : made) {
        Files.deleteIfExists(folder);
      }
      throw e;
    }
  }

  /** Removes it where no process is in it. */
  void removeEmpty() {
    for (Path folder : folders()) {
      try {
        Files.deleteIfExists(folder);
      } catch (IOException e) {
        // in use: swept in the next life
      }
    }
  }
}
