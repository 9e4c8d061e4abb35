package dev.dynode.node;

import java.io.BufferedReader;
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
 * The program of a node as tests start it again and again: from jars, and with a cache of loaded
 * classes that a first start makes. It halves the time of each later start.
 */
final class NodeProgram {
  private static final List<String> FLAGS =
      List.of(
          "--enable-native-access=ALL-UNNAMED",
          "--sun-misc-unsafe-memory-access=allow",
          "-XX:TieredStopAtLevel=1");
  private static final NodeProgram MADE = make();

  private final String classPath;
  private final Path cache;

  private NodeProgram(String classPath, Path cache) {
    this.classPath = classPath;
    this.cache = cache;
  }

  /** The command of {@code dynode server}. */
  static List<String> server() {
    return MADE.cached("-XX:AOTCache=" + MADE.cache);
  }

  /** The same of another build. */
  static List<String> server(String classPath) {
    List<String> command = new ArrayList<>();
    command.add(ProcessHandle.current().info().command().orElseThrow());
    command.addAll(FLAGS);
    command.addAll(List.of("-cp", classPath, "dev.dynode.cli.Dynode", "server"));
    return command;
  }

  private List<String> cached(String flag) {
    List<String> command = server(classPath);
    command.add(1, flag);
    return command;
  }

  private static NodeProgram make() {
    try {
      Path folder = Files.createTempDirectory(Path.of("target"), "node").toAbsolutePath();
      List<String> jars = new ArrayList<>();
      for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
        if (entry.isEmpty() || entry.contains("test-classes")) {
          continue; // no part of the program
        }
        jars.add(
            Files.isDirectory(Path.of(entry))
                ? jar(Path.of(entry), folder.resolve(jars.size() + ".jar")).toString()
                : entry);
      }
      var program =
          new NodeProgram(String.join(File.pathSeparator, jars), folder.resolve("node.aot"));
      program.train(folder);
      return program;
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Path jar(Path classes, Path jar) throws IOException {
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
    }
    return jar;
  }

  /** Starts a node, and stops it once it serves: as it ends it writes the cache. */
  private void train(Path folder) throws IOException, InterruptedException {
    List<String> command = cached("-XX:AOTCacheOutput=" + cache);
    command.addAll(List.of("--data", folder.resolve("data").toString()));
    for (String port : List.of("api", "rendezvous", "router")) {
      command.addAll(List.of("--" + port + "-port", "0"));
    }
    Path log = folder.resolve("log");
    Process node = new ProcessBuilder(command).redirectError(log.toFile()).start();
    try (BufferedReader lines = node.inputReader()) {
      if (lines.readLine() == null) {
        throw new IOException("the node does not start: " + Files.readString(log));
      }
      node.destroy();
      node.waitFor();
    }
    if (!Files.exists(cache)) {
      throw new IOException("no cache was made: " + Files.readString(log));
    }
  }
}
