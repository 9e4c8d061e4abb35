package dev.dynode.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.dynode.cli.client.ApiClient;
import dev.dynode.cli.client.Json;
import dev.dynode.cli.client.NodeOptions;
import dev.dynode.cli.failure.CommandFailed;
import dev.dynode.cli.terminal.Table;
import java.time.Duration;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code dynode host}: where dynos run. */
@Command(
    name = "host",
    description = {"Look at the hosts, and empty one before it is restarted.", ""},
    synopsisSubcommandLabel = "list | drain | undrain")
final class HostCommand {
  private static final Duration PAUSE = Duration.ofMillis(500);

  @Command(name = "list", description = "List the hosts.", mixinStandardHelpOptions = true)
  int list(
      @Mixin NodeOptions node,
      @Option(names = "--json", description = "Print what the API answers.") boolean json) {
    JsonNode hosts = node.api().get("/hosts");
    if (json) {
      System.out.println(Json.pretty(hosts));
      return 0;
    }
    var table = new Table("HOST", "DYNOS", "OF", "MEMORY", "RENDEZVOUS", "");
    for (JsonNode host : hosts) {
      table.row(
          host.path("name").asText(),
          host.path("dynos").asText(),
          host.path("capacity").asText(),
          (host.path("memory_reserved").asLong() >> 20) + " MiB",
          host.path("rendezvous").asText(),
          notes(host));
    }
    table.lines().forEach(System.out::println);
    return 0;
  }

  @Command(
      name = "drain",
      description = "Place no more dynos on a host, until undrain or its next start.",
      mixinStandardHelpOptions = true)
  int drain(
      @Mixin NodeOptions node,
      @Parameters(paramLabel = "HOST", description = "As dynode host list names it.") String host,
      @Option(names = "--wait", description = "Wait until its last dyno has ended.") boolean wait)
      throws InterruptedException {
    ApiClient api = node.api();
    api.post("/hosts/" + host + "/actions/drain", null);
    JsonNode now = find(api, host);
    while (!now.path("draining").asBoolean() || (wait && now.path("dynos").asInt() > 0)) {
      Thread.sleep(PAUSE);
      now = find(api, host);
    }
    System.out.println(host + " takes no more dynos; it has " + now.path("dynos").asText() + ".");
    return 0;
  }

  @Command(
      name = "undrain",
      description = "Place dynos on a host again.",
      mixinStandardHelpOptions = true)
  int undrain(
      @Mixin NodeOptions node,
      @Parameters(paramLabel = "HOST", description = "As dynode host list names it.") String host) {
    node.api().post("/hosts/" + host + "/actions/undrain", null);
    System.out.println(host + " takes dynos again.");
    return 0;
  }

  private static String notes(JsonNode host) {
    int left = host.path("files_left").asInt();
    return String.join(
        ", ",
        Stream.of(
                host.path("draining").asBoolean() ? "draining" : "",
                left > 0 ? "files of " + left + " ended dynos left" : "")
            .filter(note -> !note.isEmpty())
            .toList());
  }

  private static JsonNode find(ApiClient api, String name) {
    for (JsonNode host : api.get("/hosts")) {
      if (host.path("name").asText().equals(name)) {
        return host;
      }
    }
    throw new CommandFailed("Host " + name + " is gone.", 1);
  }
}
