package dev.dynode.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which node a client command talks to. */
final class NodeOptions {
  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = {
        "The node's data folder (or DYNODE_DATA; otherwise $XDG_DATA_HOME/dynode or"
            + " ~/.local/share/dynode). Without it, HEROKU_HOST, HEROKU_API_KEY and"
            + " NODE_EXTRA_CA_CERTS name the node if they are set."
      })
  @Nullable Path data;

  /** Absolute. */
  Path data() {
    String environment = System.getenv("DYNODE_DATA");
    Path folder =
        data != null
            ? data
            : environment != null && !environment.isBlank()
                ? Path.of(environment)
                : NodeAddress.defaultData(System.getenv());
    return folder.toAbsolutePath().normalize();
  }

  /** The node named by the stock client's variables, unless a data folder was named. */
  Optional<NodeAddress> named() {
    boolean folderGiven = data != null || System.getenv("DYNODE_DATA") != null;
    return folderGiven ? Optional.empty() : NodeAddress.named(System.getenv());
  }

  /** The node, which must run. */
  NodeAddress require() {
    return named()
        .or(() -> NodeAddress.running(data()))
        .orElseThrow(
            () ->
                new CommandFailed(
                    "No node runs on "
                        + data()
                        + "; start one with `dynode server`, or name its"
                        + " folder with --data."));
  }

  /** A client of the node; where none runs on a data folder that has a journal, one is started. */
  ApiClient api() {
    return new ApiClient(
        named().isEmpty() && Files.isDirectory(data().resolve("journal"))
            ? BackgroundNode.findOrStart(data()).address()
            : require());
  }
}
