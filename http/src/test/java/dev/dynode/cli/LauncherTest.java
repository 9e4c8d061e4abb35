package dev.dynode.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The real bin/dynode in a checkout, among Java homes and a Maven, of the test's own making. */
class LauncherTest {
  @TempDir private Path folder = Path.of("");
  private Path checkout = Path.of("");
  private Path tools = Path.of("");

  @BeforeEach
  void layOut() throws Exception {
    checkout = folder.resolve("check out");
    Files.createDirectories(checkout.resolve("bin"));
    Path repository = Path.of("").toAbsolutePath();
    Path launcher = repository.resolve("bin/dynode");
    launcher = Files.exists(launcher) ? launcher : repository.resolveSibling("bin/dynode");
    Files.copy(
        launcher, checkout.resolve("bin/dynode"), java.nio.file.StandardCopyOption.COPY_ATTRIBUTES);
    Files.writeString(checkout.resolve("pom.xml"), "<project/>");
    tools = Files.createDirectories(folder.resolve("tools"));
    for (String tool :
        List.of("env", "bash", "find", "readlink", "mkdir", "rm", "mv", "tail", "flock", "sleep")) {
      for (String place : List.of("/bin", "/usr/bin")) {
        // no links: a temporary folder is suspicious of those that leave it
        if (Files.exists(Path.of(place, tool)) && !Files.exists(tools.resolve(tool))) {
          script(tools.resolve(tool), "exec " + Path.of(place, tool) + " \"$@\"");
        }
      }
    }
  }

  private static void script(Path file, String text) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, "#!/bin/bash\n" + text + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private Path java(String name, String version) throws IOException {
    Path home = folder.resolve("jdks").resolve(name);
    script(home.resolve("bin/java"), "echo \"" + name + " ${@: -1}\"");
    Files.writeString(
        home.resolve("release"), "IMPLEMENTOR=\"x\"\nJAVA_VERSION=\"" + version + "\"\n");
    return home;
  }

  private void built() throws IOException {
    Path stamp = checkout.resolve("http/target/dynode/built");
    Files.createDirectories(stamp.getParent());
    Files.writeString(stamp, "");
    Files.setLastModifiedTime(stamp, FileTime.from(Instant.now().plusSeconds(3600)));
  }

  private Programs.Result launch(Path launcher, Map<String, String> environment) throws Exception {
    Map<String, String> all = new HashMap<>();
    all.put("PATH", tools.toString());
    all.put("HOME", folder.toString());
    all.put("DYNODE_JDKS", folder.resolve("jdks").toString());
    all.putAll(environment);
    return Programs.run(List.of("/bin/bash", launcher.toString(), "hello"), all, new byte[0]);
  }

  @Test
  void passesByAnOlderJava() throws Exception {
    built();
    Path old = java("old", "17.0.15");
    java("right", "25.0.3");
    Files.createSymbolicLink(tools.resolve("java"), old.resolve("bin/java"));
    Path link =
        Files.createSymbolicLink(folder.resolve("dynode-link"), checkout.resolve("bin/dynode"));
    Programs.Result result = launch(link, Map.of("JAVA_HOME", old.toString()));
    assertEquals("right hello\n", result.text(), result.err());
    assertEquals("", result.err());
  }

  /** Or the next file that Java opens, its own, would be a dyno's input. */
  @Test
  void aClosedStandardStreamIsAnEmptyOne() throws Exception {
    built();
    Path told = folder.resolve("told");
    java("right", "25.0.3");
    script(
        folder.resolve("jdks/right/bin/java"),
        "exec 3>" + told + "; for fd in 0 1 2; do readlink /proc/$$/fd/$fd >&3; done");
    for (List<Integer> closed : List.of(List.of(0), List.of(1), List.of(2), List.of(0, 1, 2))) {
      String redirects =
          closed.stream()
              .map(fd -> fd + (fd == 0 ? "<&-" : ">&-"))
              .collect(Collectors.joining(" "));
      Programs.run(
          List.of(
              "/bin/bash",
              "-c",
              "exec /bin/bash \"$0\" hello " + redirects,
              checkout.resolve("bin/dynode").toString()),
          Map.of(
              "PATH",
              tools.toString(),
              "HOME",
              folder.toString(),
              "DYNODE_JDKS",
              folder.resolve("jdks").toString()),
          new byte[0]);
      List<String> streams = Files.readAllLines(told);
      assertEquals(3, streams.size());
      for (int fd = 0; fd < 3; fd++) {
        assertEquals(
            closed.contains(fd), streams.get(fd).equals("/dev/null"), redirects + ": " + streams);
      }
    }
  }

  @Test
  void javaHomeThenPathThenPlaces() throws Exception {
    built();
    Path first = java("first", "26");
    Path second = java("second", "25.0.1");
    java("another", "25.0.2");
    Files.createSymbolicLink(tools.resolve("java"), second.resolve("bin/java"));
    Path launcher = checkout.resolve("bin/dynode");
    assertEquals("first hello\n", launch(launcher, Map.of("JAVA_HOME", first.toString())).text());
    assertEquals("second hello\n", launch(launcher, Map.of()).text());
    Files.delete(tools.resolve("java"));
    assertEquals("another hello\n", launch(launcher, Map.of()).text());
  }

  @Test
  void withoutAJavaItSaysOneSentence() throws Exception {
    built();
    java("old", "17.0.15");
    Programs.Result result = launch(checkout.resolve("bin/dynode"), Map.of());
    assertEquals(1, result.exit());
    assertEquals("", result.text());
    assertEquals(
        "dynode: needs Java 25 or newer: set JAVA_HOME to a JDK 25, or put its java on the PATH.\n",
        result.err());
  }

  @Test
  void buildsOnceForTwoAtOnceAndAgainForANewerSource() throws Exception {
    java("right", "25");
    Path builds = folder.resolve("builds");
    script(
        tools.resolve("mvn"),
        "echo noise; echo build >>'" + builds + "'; sleep 0.5; mkdir -p http/target/dynode/lib");
    Callable<Programs.Result> start = () -> launch(checkout.resolve("bin/dynode"), Map.of());
    List<Programs.Result> results = new ArrayList<>();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Future<Programs.Result> each : threads.invokeAll(List.of(start, start, start))) {
        results.add(each.get());
      }
    }
    results.forEach(result -> assertEquals("right hello\n", result.text(), result.err()));
    assertEquals(List.of("build"), Files.readAllLines(builds));
    assertEquals("", start.call().err(), "nothing to build, nothing to say");
    Path source = checkout.resolve("core/src/main/java/New.java");
    Files.createDirectories(source.getParent());
    Files.writeString(source, "class New {}");
    Files.setLastModifiedTime(source, FileTime.from(Instant.now().plusSeconds(5)));
    Programs.Result again = start.call();
    assertEquals("Building Dynode (first use, about a minute)…\n", again.err());
    assertEquals(2, Files.readAllLines(builds).size());
  }

  @Test
  void aFailedBuildShowsItsLog() throws Exception {
    java("right", "25");
    Programs.Result none = launch(checkout.resolve("bin/dynode"), Map.of());
    assertEquals(1, none.exit());
    assertEquals(1, none.err().lines().count(), none.err());
    assertTrue(none.err().contains("Maven"), none.err());
    script(tools.resolve("mvn"), "echo the reason; exit 1");
    Programs.Result failed = launch(checkout.resolve("bin/dynode"), Map.of());
    assertEquals(1, failed.exit());
    assertEquals("", failed.text());
    assertTrue(failed.err().contains("the reason\n"), failed.err());
  }
}
