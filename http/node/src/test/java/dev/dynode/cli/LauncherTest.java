package dev.dynode.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dynode.docs.Docs;
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
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The real bin/dynode in a checkout, among Java homes and a Maven, of the test's own making. */
@Tag("cli")
class LauncherTest {
  @TempDir private Path folder = Path.of("");
  private Path checkout = Path.of("");
  private Path tools = Path.of("");

  @BeforeEach
  void layOut() throws Exception {
    checkout = folder.resolve("check out");
    Files.createDirectories(checkout.resolve("bin"));
    Path launcher = Docs.root().resolve("bin/dynode");
    Files.copy(
        launcher, checkout.resolve("bin/dynode"), java.nio.file.StandardCopyOption.COPY_ATTRIBUTES);
    Files.writeString(checkout.resolve("pom.xml"), "<project/>");
    tools = Files.createDirectories(folder.resolve("tools"));
    for (String tool :
        List.of(
            "env",
            "bash",
            "find",
            "readlink",
            "mkdir",
            "rm",
            "mv",
            "tail",
            "head",
            "grep",
            "flock",
            "sleep")) {
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
    script(
        home.resolve("bin/java"),
        "echo \""
            + name
            + " ${@: -1}\"; [ ! -e '"
            + classPaths()
            + "' ] || echo \"$*\" >>'"
            + classPaths()
            + "'");
    Files.writeString(
        home.resolve("release"), "IMPLEMENTOR=\"x\"\nJAVA_VERSION=\"" + version + "\"\n");
    return home;
  }

  /** Where a Java of this test notes its arguments, if it is there. */
  private Path classPaths() {
    return folder.resolve("class paths");
  }

  private void built() throws IOException {
    Path stamp = checkout.resolve("target/builds/000001/built");
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
  void whatIsWrittenIsItsUsersAlone() throws Exception {
    built();
    script(java("right", "25.0.3").resolve("bin/java"), "umask");
    assertEquals("0077\n", launch(checkout.resolve("bin/dynode"), Map.of()).text());
  }

  @Test
  void withoutAJavaItSaysWhatItFoundAndHowToInstallOne() throws Exception {
    built();
    Path old = java("old", "17.0.15");
    Path older = java("older", "11.0.2");
    Path launcher = checkout.resolve("bin/dynode");
    String install =
        ". Install a JDK 25 (Debian, Ubuntu: apt-get install openjdk-25-jdk-headless; elsewhere: sdk"
            + " install java 25-tem), or set JAVA_HOME to one.\n";
    Programs.Result result = launch(launcher, Map.of("JAVA_HOME", old.toString()));
    assertEquals(1, result.exit());
    assertEquals("", result.text());
    assertEquals(
        "dynode: needs Java 25 or newer, and found only: Java 17 in %s, Java 11 in %s%s"
            .formatted(old, older, install),
        result.err());
    assertEquals(
        "dynode: needs Java 25 or newer, and found only: none in JAVA_HOME, which is /nowhere%s"
            .formatted(install),
        launch(launcher, Map.of("JAVA_HOME", "/nowhere", "DYNODE_JDKS", "/nowhere")).err());
  }

  /** A Maven that puts what it is told to into the folder it is told to. */
  private void maven(String before) throws IOException {
    script(
        tools.resolve("mvn"),
        before
            + "\nfor each; do case $each in -Ddynode.out=*) lib=${each#*=}/lib ;; esac; done\n"
            + "mkdir -p \"$lib\"; echo jar >\"$lib/dynode.jar\"");
  }

  @Test
  void buildsOnceForTwoAtOnceAndAgainWhenAnythingHasChanged() throws Exception {
    java("right", "25");
    Path builds = folder.resolve("builds");
    maven("echo noise; echo build >>'" + builds + "'; sleep 0.5");
    Path gone = source("persistence/src/main/java/Gone.java", -10);
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
    List<String> places =
        List.of(
            "core/domain/src/main/java/New.java",
            "simulator/src/main/java/New.java",
            "core/domain/src/main/resources/reference.conf",
            "any-module-to-come/src/main/java/New.java",
            "simulator/pom.xml",
            ".mvn/Modernize.java");
    int expected = 1;
    for (String place : places) {
      Path changed = source(place, 5);
      Programs.Result again = start.call();
      assertEquals(
          "Building Dynode (its sources have changed, about a minute)…\n", again.err(), place);
      assertEquals(++expected, Files.readAllLines(builds).size(), place);
      Files.setLastModifiedTime(changed, FileTime.from(Instant.now().minusSeconds(3600)));
    }
    assertEquals("", start.call().err());
    Files.delete(gone);
    assertTrue(start.call().err().startsWith("Building"), "what is gone is a change, too");
  }

  private Path source(String name, int seconds) throws IOException {
    Path source = checkout.resolve(name);
    Files.createDirectories(source.getParent());
    Files.writeString(source, "class New {}");
    FileTime time = FileTime.from(Instant.now().plusSeconds(seconds));
    Files.setLastModifiedTime(source, time);
    Path each = checkout;
    for (Path part : Path.of(name)) {
      each = each.resolve(part);
      if (!each.equals(source)) {
        Files.setLastModifiedTime(each, FileTime.from(Instant.now().minusSeconds(3600)));
      }
    }
    return source;
  }

  @Test
  void aBuildLeavesTheClassPathOfANodeThatRunsAlone() throws Exception {
    java("right", "25");
    maven("");
    Path launcher = checkout.resolve("bin/dynode");
    Files.writeString(classPaths(), "");
    List<Path> jars = new ArrayList<>();
    List<Process> nodes = new ArrayList<>();
    try {
      for (int build = 1; build <= 5; build++) {
        Path changed = source("core/domain/src/main/java/New.java", 5);
        assertTrue(launch(launcher, Map.of()).err().startsWith("Building"));
        Files.setLastModifiedTime(changed, FileTime.from(Instant.now().minusSeconds(3600)));
        String last = Files.readAllLines(classPaths()).getLast();
        Path jar = Path.of(last.replaceAll(".*-jar (.*\\.jar) hello", "$1"));
        assertEquals("jar\n", Files.readString(jar));
        jars.add(jar);
        if (build == 1) { // as a node has it, in its arguments
          nodes.add(
              new ProcessBuilder("/bin/bash", "-c", "while :; do sleep 1; done", "-jar", "" + jar)
                  .start());
        }
      }
      assertEquals(5, Set.copyOf(jars).size(), "each build has a place of its own");
      List<Boolean> there = jars.stream().map(Files::exists).toList();
      assertEquals(
          List.of(true, false, false, true, true),
          there,
          "what a process uses stays, and what another may just be about to use");
    } finally {
      nodes.forEach(Process::destroyForcibly);
    }
  }

  @Test
  void aFailedBuildSaysWhy() throws Exception {
    Path right = java("right", "25");
    Path launcher = checkout.resolve("bin/dynode");
    Programs.Result none = launch(launcher, Map.of());
    assertEquals(1, none.exit());
    assertEquals(1, none.err().lines().count(), none.err());
    assertTrue(none.err().contains("Maven"), none.err());
    String offline =
        "[ERROR] Failed to execute goal on project dynode: Could not transfer artifact a:b:jar:1"
            + " from/to central (https://repo.example.com/maven2): repo.example.com: Temporary"
            + " failure in name resolution";
    Map<String, String> reasons =
        Map.of(
            offline,
            "cannot reach it: is this machine offline",
            "[ERROR] Cannot access central in offline mode",
            "is this machine offline",
            "[ERROR] /x: No space left on device",
            "no space is left on the disk",
            "[ERROR] No compiler is provided",
            right + " has no compiler");
    for (Map.Entry<String, String> reason : reasons.entrySet()) {
      script(tools.resolve("mvn"), "seq 100; echo '" + reason.getKey() + "'; exit 1");
      Programs.Result failed = launch(launcher, Map.of());
      assertEquals(1, failed.exit());
      assertEquals("", failed.text());
      List<String> told = failed.err().lines().toList();
      assertEquals(2, told.size(), failed.err());
      assertTrue(told.get(1).contains(reason.getValue()), failed.err());
      assertTrue(told.get(1).endsWith(" " + checkout.resolve("target/build.log")), told.get(1));
    }
    assertTrue(
        launch(launcher, Map.of()).err().contains("Building"), "nothing half-built is taken");
    script(tools.resolve("mvn"), "seq 100; echo '[ERROR] the reason'; exit 1");
    Programs.Result failed = launch(launcher, Map.of());
    assertTrue(
        failed.err().contains("\n[ERROR] the reason\ndynode: the build failed"), failed.err());
    script(tools.resolve("mvn"), "echo a reason of its own; exit 1");
    assertTrue(launch(launcher, Map.of()).err().contains("\na reason of its own\n"));
  }
}
