package dev.dynode.cli.client;

import dev.dynode.cli.failure.CommandFailed;
import dev.dynode.store.DataFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which node a client command talks to. */
public final class NodeOptions {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final long PAUSE_NANOS = 50_000_000;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = {
        "The node's data folder (or DYNODE_DATA; otherwise $XDG_DATA_HOME/dynode or"
            + " ~/.local/share/dynode). Without it, HEROKU_HOST, HEROKU_API_KEY and"
            + " NODE_EXTRA_CA_CERTS name the node if they are set."
      })
  @Nullable
  public Path data;

  /** Absolute. */
  public Path data() {
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
  public Optional<NodeAddress> named() {
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
  public ApiClient api() {
    return new ApiClient(
        named().isEmpty() && Files.isDirectory(data().resolve("journal"))
            ? BackgroundNode.findOrStart(data()).address()
            : require());
  }

  /**
   * What was recorded: asked of the node or, where none runs on a data folder that has a journal,
   * read there. To be closed.
   */
  public Records records() {
    Optional<NodeAddress> node = running();
    return node.isPresent()
        ? new NodeRecords(new ApiClient(node.get()))
        : resting() ? Recordings.installed().in(data()) : new NodeRecords(new ApiClient(require()));
  }

  /** Whether the folder is one of a node alone, and none runs on it. */
  public boolean resting() {
    return running().isEmpty() && Files.isDirectory(data().resolve("journal"));
  }

  /** The node; one that is about to answer, or to end, is given time to. */
  private Optional<NodeAddress> running() {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    Optional<NodeAddress> node = named().or(() -> NodeAddress.running(data()));
    while (node.isEmpty() && DataFolder.held(data())) {
      if (System.nanoTime() > deadline) {
        throw new CommandFailed(
            "A node uses "
                + data()
                + " and has not answered for "
                + PATIENCE.toSeconds()
                + " s; try again, or see its log.");
      }
      LockSupport.parkNanos(PAUSE_NANOS);
      node = NodeAddress.running(data());
    }
    return node;
  }
}
