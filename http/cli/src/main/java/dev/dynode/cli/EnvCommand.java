package dev.dynode.cli;

import dev.dynode.cli.client.NodeAddress;
import dev.dynode.cli.client.NodeOptions;
import dev.dynode.cli.failure.CommandFailed;
import dev.dynode.cli.failure.Words;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
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
    Map<String, String> exports = new LinkedHashMap<>();
    exports.put("HEROKU_HOST", address(node.api()));
    exports.put("HEROKU_API_KEY", node.token());
    exports.putAll(services(node.api()));
    if (node.ca().isPresent()) {
      exports.put(
          "NODE_EXTRA_CA_CERTS", certificates(data, node.ca().get(), environment).toString());
    }
    exports.put("DISABLE_TELEMETRY", "true");
    exports.put("IS_HEROKU_TEST_ENV", "true");
    exports.put("HEROKU_SKIP_ANALYTICS", "1");
    exports.put("HEROKU_SKIP_NEW_VERSION_CHECK", "1");
    exports.put("HEROKU_DISABLE_AUTOUPDATE", "1");
    exports.put("GIT_CONFIG_GLOBAL", gitConfig(data, node.api(), environment).toString());
    exports.put("NO_PROXY", noProxy(environment));
    return exports;
  }

  /**
   * Heroku's services beside the API, where the command can be told of another: the node answers
   * that it has none, and neither the token nor a request leaves for Heroku.
   */
  private static Map<String, String> services(URI api) {
    String address = address(api);
    Map<String, String> services = new LinkedHashMap<>();
    services.put("HEROKU_PARTICLEBOARD_URL", address);
    services.put("HEROKU_STATUS_HOST", address);
    services.put("HEROKU_BUILDPACK_REGISTRY_URL", address);
    services.put("HEROKU_EXEC_URL", address);
    services.put("HEROKU_LOGIN_HOST", address);
    services.put("HEROKU_GIT_HOST", api.getAuthority());
    services.put("HEROKU_DATA_HOST", api.getHost()); // the command adds the API's port
    return services;
  }

  private static String address(URI api) {
    return api.toString().replaceAll("/+$", "");
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
   * to whatever is global, for every address it was ever pointed at. It also names git remotes with
   * {@code https}, whatever the API speaks; there git is sent to the API, which says that there is
   * no git server, instead of to a handshake nobody answers.
   */
  private static Path gitConfig(Path data, URI api, Map<String, String> environment)
      throws IOException {
    Path file = data.resolve("gitconfig");
    List<String> lines = new ArrayList<>();
    if (Files.exists(file)) {
      lines.addAll(Files.readAllLines(file));
    } else {
      lines.add("[include]");
      for (Path own : own(environment)) {
        lines.add("\tpath = " + quoted(own.toString()));
      }
    }
    String instead = "[url " + quoted(address(api) + "/") + "]";
    if (api.getScheme().equals("http") && !lines.contains(instead)) {
      lines.add(instead);
      lines.add("\tinsteadOf = " + quoted("https://" + api.getAuthority() + "/"));
      Files.write(file, lines);
    } else if (!Files.exists(file)) {
      Files.write(file, lines);
    }
    return file;
  }

  /** The user's own global git configuration. */
  private static List<Path> own(Map<String, String> environment) {
    @Nullable String set = environment.get("GIT_CONFIG_GLOBAL");
    if (set != null && !set.isBlank()) {
      return List.of(Path.of(set).toAbsolutePath());
    }
    Path home = Path.of(environment.getOrDefault("HOME", "/"));
    @Nullable String xdg = environment.get("XDG_CONFIG_HOME");
    Path config = xdg == null || xdg.isBlank() ? home.resolve(".config") : Path.of(xdg);
    return List.of(config.resolve("git").resolve("config"), home.resolve(".gitconfig"));
  }

  private static String quoted(String text) {
    return "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
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
