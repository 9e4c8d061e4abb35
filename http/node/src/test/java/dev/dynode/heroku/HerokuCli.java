package dev.dynode.heroku;

import dev.dynode.node.NodeProcess;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * One version of the client with nothing but what {@code dynode env} prints, a home of its own and
 * two empty files in it that keep the client from asking elsewhere for news.
 */
public final class HerokuCli {
  private static final Duration LIMIT = Duration.ofSeconds(90);

  private final Path program;
  private final Path home;
  private final Map<String, String> environment;

  private HerokuCli(Path program, Path home, Map<String, String> environment) {
    this.program = program;
    this.home = home;
    this.environment = environment;
  }

  /** What a call ended with. */
  @SuppressWarnings("ArrayRecordComponent") // never compared as a whole
  record Result(String call, int exit, byte[] bytes, String err) {
    String out() {
      return new String(bytes, StandardCharsets.UTF_8);
    }

    /** What it said on stderr, as one line: without colours, box and line breaks. */
    String said() {
      return err.replaceAll("\u001b\\[[0-9;?]*[A-Za-z]", " ")
          .replace("›", " ")
          .replaceAll("\\s+", " ")
          .strip();
    }

    /** This, if it ended so; else the whole story. */
    Result exits(int expected) {
      if (exit != expected) {
        throw new AssertionError(this);
      }
      return this;
    }

    @Override
    public String toString() {
      String shown = out();
      return "heroku %s ended with %d\n-- out:\n%s\n-- err:\n%s"
          .formatted(call, exit, shown.substring(0, Math.min(5000, shown.length())), said());
    }
  }

  /** The client of this version, pointed at the node. */
  public static HerokuCli of(String version, NodeProcess node, Path folder) throws Exception {
    Path program = HerokuPackage.program(version);
    Path home = folder.resolve("home-" + version);
    Path cache = Files.createDirectories(home.resolve("cache/heroku"));
    Files.writeString(cache.resolve("version"), "{}");
    Files.writeString(cache.resolve("terms-of-service"), "");
    Map<String, String> bare = new HashMap<>();
    bare.put("PATH", System.getenv("PATH"));
    bare.put("LC_ALL", "C.UTF-8");
    bare.put("TERM", "xterm");
    bare.put("HOME", home.toString());
    bare.put("XDG_CACHE_HOME", home.resolve("cache").toString());
    bare.put("XDG_CONFIG_HOME", home.resolve("config").toString());
    bare.put("XDG_DATA_HOME", home.resolve("share").toString());
    return new HerokuCli(program, home, evaluated(bare, home, node.data()));
  }

  /** The environment of a shell that evaluated what {@code dynode env} printed. */
  private static Map<String, String> evaluated(Map<String, String> bare, Path home, Path data)
      throws IOException, InterruptedException {
    List<String> words = new ArrayList<>(List.of("bash", "-c"));
    words.add("exports=$(\"$@\") && eval \"$exports\" && exec env -0");
    words.add("env");
    words.addAll(dynode("env", "--data", data.toString()));
    Result shell = run(words, bare, home, new byte[0]).exits(0);
    Map<String, String> seen = new TreeMap<>();
    for (String variable : List.of(shell.out().split("\0", -1))) {
      int equals = variable.indexOf('=');
      if (equals > 0) {
        seen.put(variable.substring(0, equals), variable.substring(equals + 1));
      }
    }
    return seen;
  }

  /** The command line that runs {@code bin/dynode} from this build's classes. */
  static List<String> dynode(String... words) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
    command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-cp"));
    command.add(System.getProperty("java.class.path"));
    command.add("dev.dynode.cli.Dynode");
    command.addAll(List.of(words));
    return command;
  }

  Map<String, String> environment() {
    return environment;
  }

  /** The same client without a variable of its environment. */
  HerokuCli without(String variable) {
    Map<String, String> less = new HashMap<>(environment);
    less.remove(variable);
    return new HerokuCli(program, home, less);
  }

  /** Where it was installed. */
  Path root() {
    return program.resolveSibling("../..").normalize();
  }

  /** Its own home, in which it runs. */
  Path home() {
    return home;
  }

  List<String> command(String... words) {
    List<String> command = new ArrayList<>();
    command.add(program.toString());
    command.addAll(List.of(words));
    return command;
  }

  /** Runs to the end with an empty stdin. */
  Result run(String... words) throws IOException, InterruptedException {
    return run(new byte[0], words);
  }

  /** Runs to the end; stdin is a pipe that holds the input and ends. */
  Result run(byte[] input, String... words) throws IOException, InterruptedException {
    return run(command(words), environment, home, input);
  }

  /** Runs our own command in the same environment. */
  Result dynodeRun(String... words) throws IOException, InterruptedException {
    return run(dynode(words), environment, home, new byte[0]);
  }

  /** Starts it with stdout in a file. */
  public Process start(Path out, String... words) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(command(words))
            .directory(home.toFile())
            .redirectErrorStream(true)
            .redirectOutput(out.toFile());
    builder.environment().clear();
    builder.environment().putAll(environment);
    return builder.start();
  }

  private static Result run(
      List<String> command, Map<String, String> environment, Path folder, byte[] input)
      throws IOException, InterruptedException {
    Path out = Files.createTempFile(folder, "out", ".txt");
    Path err = Files.createTempFile(folder, "err", ".txt");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    builder.environment().clear();
    builder.environment().putAll(environment);
    Process process = builder.start();
    Thread feeder = Thread.ofVirtual().start(() -> feed(process, input));
    if (!process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly().waitFor();
      throw new AssertionError(
          "did not end: " + command + "\n" + Files.readString(out) + "\n" + Files.readString(err));
    }
    feeder.join();
    String call = String.join(" ", command.subList(1, command.size()));
    Result result =
        new Result(call, process.exitValue(), Files.readAllBytes(out), Files.readString(err));
    Files.delete(out);
    Files.delete(err);
    return result;
  }

  private static void feed(Process process, byte[] input) {
    try (OutputStream in = process.getOutputStream()) {
      in.write(input);
    } catch (IOException unread) {
      // a program may end before it has read everything
    }
  }
}
