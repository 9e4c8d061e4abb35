package dev.dynode.heroku;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/**
 * The {@code heroku} command as its authors publish it: installed once per lock file into {@code
 * target/heroku}. Without Node.js the tests are skipped, but where {@code CI} is {@code true} they
 * fail.
 */
final class HerokuPackage {
  private static final Duration INSTALL_LIMIT = Duration.ofMinutes(10);
  private static final List<String> FILES = List.of("package.json", "package-lock.json");

  private HerokuPackage() {}

  /** The program of this version ({@code v10}, {@code v11}). */
  static synchronized Path program(String version) throws Exception {
    for (String tool : List.of("node", "npm")) {
      require(tool);
    }
    Path target = target();
    Path from = target.resolveSibling("src").resolve("test/heroku").resolve(version);
    Path into = Files.createDirectories(target.resolve("heroku").resolve(version));
    try (var channel =
            FileChannel.open(
                target.resolve("heroku").resolve(version + ".lock"),
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE);
        var lock = channel.lock()) {
      if (!lock.isValid()) {
        throw new IOException("no lock on " + into);
      }
      String wanted = digest(from);
      Path installed = into.resolve("installed");
      if (!Files.exists(installed) || !Files.readString(installed).equals(wanted)) {
        Files.deleteIfExists(installed);
        install(from, into);
        Files.writeString(installed, wanted);
      }
    }
    return into.resolve("node_modules/.bin/heroku");
  }

  private static void require(String tool) {
    boolean found =
        List.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator, -1)).stream()
            .anyMatch(folder -> Files.isExecutable(Path.of(folder, tool)));
    if (!found) {
      String message = tool + " is not on the PATH: the heroku command cannot be tried";
      if ("true".equals(System.getenv("CI"))) {
        fail(message);
      }
      abort(message);
    }
  }

  /** This module's target folder, wherever the tests are started from. */
  private static Path target() throws URISyntaxException {
    Path classes =
        Path.of(HerokuPackage.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    return Objects.requireNonNull(classes.getParent());
  }

  private static String digest(Path from) throws IOException, NoSuchAlgorithmException {
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    for (String file : FILES) {
      digest.update(Files.readAllBytes(from.resolve(file)));
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  /** Without scripts: the command needs none of them to run. */
  private static void install(Path from, Path into) throws IOException, InterruptedException {
    for (String file : FILES) {
      Files.copy(from.resolve(file), into.resolve(file), StandardCopyOption.REPLACE_EXISTING);
    }
    Path log = into.resolve("npm.log");
    Process npm =
        new ProcessBuilder("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")
            .directory(into.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    npm.getOutputStream().close();
    if (!npm.waitFor(INSTALL_LIMIT.toSeconds(), TimeUnit.SECONDS)) {
      npm.descendants().forEach(ProcessHandle::destroyForcibly);
      npm.destroyForcibly().waitFor();
      throw new IOException(
          "npm did not end within " + INSTALL_LIMIT + ": " + Files.readString(log));
    }
    if (npm.exitValue() != 0) {
      throw new IOException("npm ended with " + npm.exitValue() + ": " + Files.readString(log));
    }
  }
}
