package dev.dynode.node.command;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.dynode.cli.client.NodeConfig;
import dev.dynode.cli.client.NodeOptions;
import dev.dynode.cli.client.StartProgress;
import dev.dynode.cli.failure.CommandFailed;
import dev.dynode.cli.terminal.OnInterrupt;
import dev.dynode.node.NodeSettings;
import dev.dynode.node.NodeStarter;
import dev.dynode.node.NodeStarter.Removed;
import dev.dynode.node.NodeStarter.RunningNode;
import java.nio.file.Path;
import java.security.Security;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code dynode server}: a node in this process, until SIGTERM or SIGINT. */
@Command(
    name = "server",
    description = {
      "Run a node until SIGTERM or SIGINT.",
      "",
      "Each option may also be an environment variable (DYNODE_API_PORT for --api-port) or a key of"
          + " the configuration file (dynode.node.api-port); the option wins, then the variable.",
      ""
    })
final class ServerCommand implements Callable<Integer> {

  /**
   * Exit status of a node whose cluster has gone on without it: whoever runs it starts it again.
   */
  private static final int REMOVED = 75;

  private static final Duration LOOK_EVERY = Duration.ofMillis(100);

  /** Longest time that what a start has begun may take to end. */
  private static final Duration UNDONE_WITHIN = Duration.ofSeconds(45);

  private final NodeStarter starter;

  @Mixin private final NodeOptions node = new NodeOptions();

  @Option(
      names = "--api-port",
      paramLabel = "PORT",
      description = "Platform API; 5100 if not given, 0 for a free one.")
  private @Nullable Integer apiPort;

  @Option(
      names = "--rendezvous-port",
      paramLabel = "PORT",
      description = "Rendezvous; 5101 if not given, 0 for a free one.")
  private @Nullable Integer rendezvousPort;

  @Option(
      names = "--router-port",
      paramLabel = "PORT",
      description = "HTTP router; 5102 if not given, 0 for a free one.")
  private @Nullable Integer routerPort;

  @Option(
      names = "--health-port",
      paramLabel = "PORT",
      description = "Where /live and /ready answer; not served if not given, 0 for a free one.")
  private @Nullable Integer healthPort;

  @Option(
      names = "--public-host",
      paramLabel = "HOST",
      description = "The name or address clients dial; 127.0.0.1 if not given.")
  private @Nullable String publicHost;

  @Option(names = "--transient", description = "Stop once there has been a dyno and none is left.")
  private @Nullable Boolean transientNode;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "HOCON file over the built-in configuration (or DYNODE_CONFIG).")
  private @Nullable Path config;

  @ArgGroup(exclusive = false, heading = "%nIn a cluster:%n")
  private final ClusterOptions cluster = new ClusterOptions();

  ServerCommand(NodeStarter starter) {
    this.starter = starter;
  }

  @Override
  public Integer call() throws Exception {
    // In seconds: what the JVM remembers of a name. Names of nodes follow their machines.
    Security.setProperty("networkaddress.cache.ttl", "5");
    Security.setProperty("networkaddress.cache.negative.ttl", "1");
    NodeSettings settings = settings();
    RunningNode running = started(settings);
    System.out.println("Dynode ready: " + told(running) + "data " + settings.data());
    running.awaitStop();
    return running.removed() ? REMOVED : 0;
  }

  /** A signal ends it in order, also one that comes while it starts. */
  private RunningNode started(NodeSettings settings) throws Exception {
    var start = new FutureTask<>(() -> starter.start(settings));
    Thread starting = Thread.ofPlatform().name("start").start(start);
    OnInterrupt.first(() -> end(start, starting));
    StartProgress progress = StartProgress.onStderr(settings.data());
    try {
      while (!starting.join(LOOK_EVERY)) {
        progress.look();
      }
      RunningNode running = start.get();
      progress.vanishes();
      return running;
    } catch (ExecutionException e) {
      progress.vanishes();
      if (e.getCause() instanceof Removed removed) {
        throw new CommandFailed(String.valueOf(removed.getMessage()), REMOVED);
      }
      throw e.getCause() instanceof Exception cause ? cause : e;
    }
  }

  private static void end(FutureTask<RunningNode> start, Thread starting) {
    starting.interrupt();
    try {
      start.get(UNDONE_WITHIN.toSeconds(), TimeUnit.SECONDS).close();
    } catch (ExecutionException itFailed) {
      // and has ended what it had begun
    } catch (InterruptedException | TimeoutException e) {
      System.err.println("The start of the node did not end in order.");
    }
  }

  private static String told(RunningNode node) {
    var told = new StringBuilder();
    node.api().ifPresent(api -> told.append("API ").append(api).append(", "));
    node.rendezvous().ifPresent(at -> told.append("rendezvous ").append(at).append(", "));
    node.router().ifPresent(at -> told.append("router ").append(at).append(", "));
    node.health().ifPresent(at -> told.append("health ").append(at).append(", "));
    node.member().ifPresent(at -> told.append("member ").append(at).append(", "));
    return told.toString();
  }

  /** Options over environment over file over built-in values. */
  private NodeSettings settings() {
    Config file = config();
    Optional<String> database = cluster.database(file);
    Config all =
        database
            .map(
                url ->
                    ConfigFactory.parseMap(Map.of("dynode.postgres.url", url)).withFallback(file))
            .orElse(file);
    String data = NodeConfig.setting(all, "data", node.data, "");
    Path folder = data.isEmpty() ? node.data() : Path.of(data).toAbsolutePath().normalize();
    return new NodeSettings(
        folder,
        NodeConfig.port(all, "api-port", apiPort, 5100),
        NodeConfig.port(all, "rendezvous-port", rendezvousPort, 5101),
        NodeConfig.port(all, "router-port", routerPort, 5102),
        NodeConfig.setting(all, "health-port", healthPort, "").isEmpty()
            ? Optional.empty()
            : Optional.of(NodeConfig.port(all, "health-port", healthPort, 0)),
        NodeConfig.setting(all, "public-host", publicHost, "127.0.0.1"),
        Boolean.parseBoolean(NodeConfig.setting(all, "transient", transientNode, "false")),
        database.map(_ -> cluster.membership(all, folder)),
        all);
  }

  private Config config() {
    return NodeConfig.config(config);
  }
}
