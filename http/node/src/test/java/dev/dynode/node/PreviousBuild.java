package dev.dynode.node;

import com.typesafe.config.ConfigFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The program as it was when {@code .mvn/release} was last changed, built from this repository's
 * history: its nodes run beside today's. {@code -Drelease=COMMIT} takes another commit.
 */
final class PreviousBuild {
  private static final long MINUTES = 10;
  private static final Path HERE = Path.of("../..").toAbsolutePath().normalize();

  private PreviousBuild() {}

  /**
   * The command of its {@code dynode server}; the first call takes a minute.
   *
   * @throws IOException with what was printed, where the history is not there or cannot be built
   */
  static List<String> server() throws IOException, InterruptedException {
    return NodeProgram.server(
        either(built(), "target/dynode/lib", "http/target/dynode/lib").resolve("*").toString());
  }

  /** Its {@code dynode.cluster.wire}; the first release had none. */
  static String wire() throws IOException, InterruptedException {
    Path config =
        either(
            built(),
            "http/cluster/src/main/resources/dev/dynode/cluster/cluster.conf",
            "http/src/main/resources/dev/dynode/node/cluster.conf");
    return Files.exists(config)
        ? ConfigFactory.parseFile(config.toFile())
            .withFallback(ConfigFactory.parseMap(Map.of("dynode.cluster.wire", "1")))
            .getString("dynode.cluster.wire")
        : "1";
  }

  private static Path built() throws IOException, InterruptedException {
    String commit = System.getProperty("release", "");
    if (commit.isEmpty()) {
      commit = run(HERE, "git", "log", "-1", "--format=%H", "--", ".mvn/release").strip();
    }
    if (commit.isEmpty()) {
      throw new IOException("the history of .mvn/release is not here: make a whole clone");
    }
    Path folder = Path.of("target", "previous-" + commit).toAbsolutePath();
    Path built = folder.resolve("built");
    if (!Files.exists(built)) {
      run(HERE, "rm", "-rf", folder.toString());
      run(HERE, "git", "clone", "-q", "--shared", "--no-checkout", ".", folder.toString());
      run(folder, "git", "checkout", "-q", commit);
      Path pom = folder.resolve("pom.xml"); // it was checked when it was made
      Files.writeString(
          pom, Files.readString(pom).replaceAll("-Xplugin:ErrorProne[^<]*", "-nowarn"));
      run(folder, "mvn", "-B", "-q", "-ntp", "-Dmaven.test.skip=true", "package");
      Files.createFile(built);
    }
    return folder;
  }

  private static String run(Path folder, String... command)
      throws IOException, InterruptedException {
    Path said = Files.createTempFile("previous", ".log");
    try {
      Process process =
          new ProcessBuilder(command)
              .directory(folder.toFile())
              .redirectErrorStream(true)
              .redirectOutput(said.toFile())
              .start();
      if (!process.waitFor(MINUTES, TimeUnit.MINUTES) || process.exitValue() != 0) {
        process.destroyForcibly();
        throw new IOException(String.join(" ", command) + ": " + Files.readString(said));
      }
      return Files.readString(said);
    } finally {
      Files.delete(said);
    }
  }

  /** Where it is since there are modules in modules, or where it was before. */
  private static Path either(Path build, String now, String before) {
    Path there = build.resolve(now);
    return Files.exists(there) ? there : build.resolve(before);
  }
}
