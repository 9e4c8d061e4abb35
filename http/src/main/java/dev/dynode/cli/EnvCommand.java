package dev.dynode.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code dynode env}: what the stock heroku command needs to talk to the node. */
@Command(
    name = "env",
    description = {
      "Print the exports that point the stock heroku command at the running node.",
      "",
      "  eval \"$(dynode env)\" && heroku run bash -a myapp",
      ""
    })
final class EnvCommand implements Callable<Integer> {
  private static final List<String> LOOPBACK = List.of("127.0.0.1", "localhost");

  @Mixin private final NodeOptions node = new NodeOptions();

  @Override
  public Integer call() {
    Path data = node.data();
    NodeAddress address =
        NodeAddress.running(data)
            .orElseThrow(
                () ->
                    new CommandFailed(
                        "No node runs on " + data + "; start one with `dynode server`."));
    try {
      exports(data, address, System.getenv())
          .forEach(
              (name, value) -> System.out.println("export " + name + "=" + Words.quote(value)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return 0;
  }

  private static Map<String, String> exports(
      Path data, NodeAddress node, Map<String, String> environment) throws IOException {
    String api = node.api().toString().replaceAll("/+$", "");
    Map<String, String> exports = new LinkedHashMap<>();
    exports.put("HEROKU_HOST", api);
    exports.put("HEROKU_PARTICLEBOARD_URL", api);
    exports.put("HEROKU_API_KEY", node.token());
    if (node.ca().isPresent()) {
      exports.put(
          "NODE_EXTRA_CA_CERTS", certificates(data, node.ca().get(), environment).toString());
    }
    exports.put("DISABLE_TELEMETRY", "true");
    exports.put("IS_HEROKU_TEST_ENV", "true");
    exports.put("HEROKU_SKIP_ANALYTICS", "1");
    exports.put("HEROKU_SKIP_NEW_VERSION_CHECK", "1");
    exports.put("HEROKU_DISABLE_AUTOUPDATE", "1");
    exports.put("GIT_CONFIG_GLOBAL", gitConfig(data, environment).toString());
    exports.put("NO_PROXY", noProxy(environment));
    return exports;
  }

  /** Node reads one file: ours, or what was there with ours behind it. */
  private static Path certificates(Path data, Path ours, Map<String, String> environment)
      throws IOException {
    Path bundle = data.resolve("tls").resolve("ca-bundle.pem");
    @Nullable String set = environment.get("NODE_EXTRA_CA_CERTS");
    Path theirs = set == null || set.isBlank() ? ours : Path.of(set).toAbsolutePath();
    if (theirs.equals(ours.toAbsolutePath()) || !Files.isReadable(theirs)) {
      return ours;
    }
    if (theirs.equals(bundle)) {
      return bundle;
    }
    Files.createDirectories(bundle.getParent());
    Files.writeString(
        bundle, Files.readString(theirs).stripTrailing() + "\n" + Files.readString(ours));
    return bundle;
  }

  /**
   * A global git configuration that begins with the user's own: heroku 11 adds a credential helper
   * to whatever is global, for every address it was ever pointed at.
   */
  private static Path gitConfig(Path data, Map<String, String> environment) throws IOException {
    Path file = data.resolve("gitconfig");
    @Nullable String set = environment.get("GIT_CONFIG_GLOBAL");
    if (Files.exists(file)) {
      return file;
    }
    List<String> lines = new ArrayList<>();
    lines.add("[include]");
    if (set != null && !set.isBlank()) {
      lines.add(include(Path.of(set).toAbsolutePath()));
    } else {
      Path home = Path.of(environment.getOrDefault("HOME", "/"));
      @Nullable String xdg = environment.get("XDG_CONFIG_HOME");
      Path config = xdg == null || xdg.isBlank() ? home.resolve(".config") : Path.of(xdg);
      lines.add(include(config.resolve("git").resolve("config")));
      lines.add(include(home.resolve(".gitconfig")));
    }
    Files.write(file, lines);
    return file;
  }

  private static String include(Path file) {
    return "\tpath = \"" + file.toString().replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
  }

  private static String noProxy(Map<String, String> environment) {
    String set = environment.getOrDefault("NO_PROXY", environment.getOrDefault("no_proxy", ""));
    List<String> hosts = new ArrayList<>();
    for (String host : set.split(",", -1)) {
      if (!host.isBlank()) {
        hosts.add(host.strip());
      }
    }
    LOOPBACK.stream().filter(host -> !hosts.contains(host)).forEach(hosts::add);
    return String.join(",", hosts);
  }
}
