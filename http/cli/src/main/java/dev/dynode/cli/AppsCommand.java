package dev.dynode.cli;

import dev.dynode.cli.client.Json;
import dev.dynode.cli.client.NodeOptions;
import dev.dynode.cli.client.Records;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code dynode apps}: all apps of the node. */
@Command(
    name = "apps",
    description = {"List the apps.", ""})
final class AppsCommand implements Callable<Integer> {
  @Mixin private final NodeOptions node = new NodeOptions();

  @Option(names = "--json", description = "Print what the API answers.")
  private boolean json;

  @Override
  public Integer call() {
    if (json) {
      System.out.println(Json.pretty(Json.array(node.api().all("/apps", "name"))));
      return 0;
    }
    try (Records records = node.records()) {
      records.apps().forEach(System.out::println);
    }
    return 0;
  }
}
