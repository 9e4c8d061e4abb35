package dev.dynode.node;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;

/**
 * The program of a node as tests start it again and again: from jars, and with an archive of loaded
 * classes that a first life makes, one for a node that is alone and one for those of a cluster. It
 * takes a third off the work of each later start.
 */
final class NodeProgram {
  private static final List<String> FLAGS =
      List.of(
          "--enable-native-access=ALL-UNNAMED",
          "--sun-misc-unsafe-memory-access=allow",
          "-XX:TieredStopAtLevel=1",
          "-XX:+UseSerialGC", // many nodes share a processor or two
          "-Xlog:disable"); // as bin/dynode: nothing but the node writes to stdout

  private NodeProgram() {}

  /** The command of {@code dynode server}. */
  static List<String> server() {
    return Alone.COMMAND;
  }

  /** The same for nodes of a cluster. */
  static List<String> clustered() {
    return Clustered.COMMAND;
  }

  /** The same of another build, without an archive. */
  static List<String> server(String classPath) {
    List<String> command = new ArrayList<>();
    command.add(ProcessHandle.current().info().command().orElseThrow());
    command.addAll(FLAGS);
    command.addAll(List.of("-cp", classPath, "dev.dynode.cli.Dynode", "server"));
    return command;
  }

  private static final class Alone {
    static final List<String> COMMAND = trained("alone", List.of());
  }

  private static final class Clustered {
    static final List<String> COMMAND = make();

    private static List<String> make() {
      try (var database = TestCluster.durable().start()) {
        return trained(
            "clustered",
            List.of(
                "--postgres",
                database.getJdbcUrl("postgres", "postgres"),
                "--role",
                "control,host,edge",
                "--cluster-port",
                "0",
                "--health-port",
                "0"));
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  private static final class Jars {
    static final Path FOLDER = folder();
    static final String CLASS_PATH = classPath();

    private static Path folder() {
      try {
        return Files.createTempDirectory(Path.of("target"), "node").toAbsolutePath();
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
    }

    private static String classPath() {
      List<String> jars = new ArrayList<>();
      for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
        if (entry.isEmpty() || entry.contains("test-classes")) {
          continue; // no part of the program
        }
        jars.add(
            Files.isDirectory(Path.of(entry))
                ? jar(Path.of(entry), FOLDER.resolve(jars.size() + ".jar")).toString()
                : entry);
      }
      return String.join(File.pathSeparator, jars);
    }

    private static Path jar(Path classes, Path jar) {
      try (OutputStream file = Files.newOutputStream(jar);
          var out = new JarOutputStream(file);
          Stream<Path> files = Files.walk(classes)) {
        for (Path each : (Iterable<Path>) files.skip(1).sorted()::iterator) {
          boolean folder = Files.isDirectory(each); // they are looked for by some libraries
          out.putNextEntry(new JarEntry(classes.relativize(each) + (folder ? "/" : "")));
          if (!folder) {
            Files.copy(each, out);
          }
        }
        return jar;
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  /** Starts a node that runs a dyno, and stops it: as it ends it writes the archive. */
  private static List<String> trained(String name, List<String> options) {
    Path archive = Jars.FOLDER.resolve(name + ".jsa");
    Path data = Jars.FOLDER.resolve(name);
    try {
      try (NodeProcess node =
          NodeProcess.start(with("-XX:ArchiveClassesAtExit=" + archive), data, options)) {
        node.post("/apps", "{\"name\": \"demo\"}");
        node.post("/apps/demo/dynos", "{\"command\": \"true\"}");
        NodeProcess.eventually("a dyno has ended", () -> node.get("/apps/demo/dynos").isEmpty());
      }
      NodeProcess.killKeeper(data);
      if (!Files.exists(archive)
          || Files.size(archive) == 0) { // a Java that crashes leaves it empty
        throw new IOException(
            "no archive was made: " + Files.readString(Jars.FOLDER.resolve(name + ".log")));
      }
      return List.copyOf(with("-XX:SharedArchiveFile=" + archive));
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private static List<String> with(String flag) {
    List<String> command = server(Jars.CLASS_PATH);
    command.add(1, flag);
    return command;
  }
}
