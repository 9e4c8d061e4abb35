package dev.dynode.bench.cluster;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.dynode.bench.Waiting;
import dev.dynode.domain.app.AppCommand.RunDyno;
import dev.dynode.domain.app.Tier;
import dev.dynode.domain.id.AppId;
import dev.dynode.domain.id.DynoId;
import dev.dynode.domain.view.AppSummary;
import dev.dynode.domain.view.DynoAnswer;
import dev.dynode.port.ControlPlane;
import dev.dynode.port.ControlPlane.Answer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;

/**
 * Control nodes in processes of their own over a database, and simulated hosts in this one. Its
 * methods are thread-safe.
 */
final class MeasuredCluster implements AutoCloseable {
  private static final String BY = "bench";
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** Only what would refuse so many dynos, and the patience of nodes on a machine this busy. */
  private static final String CONFIG =
      """
      dynode.api.rate-limit { burst = 100000000, per-minute = 100000000 }
      dynode.apps.one-off-limits.standard = 1000000
      dynode.cluster { lease = 10 m, host-lost-after = 12 m }
      """;

  private final List<ControlNode> nodes = new ArrayList<>();
  private final SimulatedHosts hosts;
  private final ShortLives lives;
  private final ConcurrentMap<DynoId, Consumer<DynoId>> awaited = new ConcurrentHashMap<>();
  private final List<AppId> apps = new ArrayList<>();

  /**
   * @param server the command of {@code dynode server}
   * @param life of each dyno's process
   * @param suspectAfter silence after which nodes suspect one another
   */
  MeasuredCluster(
      List<String> server,
      BenchDatabase database,
      int controls,
      int hosts,
      Duration life,
      Duration suspectAfter,
      Path folder)
      throws IOException {
    database.clear();
    String text = CONFIG + "dynode.cluster.suspect-after = " + suspectAfter.toMillis() + " ms\n";
    lives = new ShortLives(life, this::discarded);
    List<String> members = new ArrayList<>();
    try {
      for (int i = 0; i < controls; i++) {
        var node =
            ControlNode.start(
                server, folder.resolve("control-" + i), database.url(), text, members);
        nodes.add(node);
        members.add(node.member());
      }
      Config config =
          ConfigFactory.parseString(text + "\ndynode.postgres.url = \"" + database.url() + "\"")
              .withFallback(ConfigFactory.load());
      this.hosts = new SimulatedHosts(hosts, lives, members, config, folder.resolve("simulated"));
    } catch (IOException | RuntimeException e) {
      nodes.forEach(ControlNode::kill);
      throw e;
    }
  }

  private void discarded(DynoId dyno) {
    Consumer<DynoId> waiting = awaited.remove(dyno);
    if (waiting != null) {
      waiting.accept(dyno);
    }
  }

  /** Makes so many apps; returns once the hosts are known to their control nodes. */
  void apps(int count) throws IOException {
    for (int i = 0; i < count; i++) {
      Answer<AppSummary> answer =
          control()
              .createApp(BY, "bench-" + i, Tier.PRODUCTION, "eu", "heroku-24")
              .toCompletableFuture()
              .join();
      if (!(answer instanceof Answer.Done<AppSummary>(AppSummary app))) {
        throw new IOException("An app was refused: " + answer);
      }
      apps.add(app.id());
    }
    Waiting.until(
        "the hosts are known",
        PATIENCE,
        () -> run(apps.getFirst(), _ -> {}).toCompletableFuture().join() instanceof Answer.Done<?>);
  }

  List<AppId> apps() {
    return apps;
  }

  /**
   * Asks for a detached dyno.
   *
   * @param discarded told when its host has thrown away what it had of it, its end being journaled
   */
  CompletionStage<Answer<DynoAnswer>> run(AppId app, Consumer<DynoId> discarded) {
    var id = new DynoId(UUID.randomUUID());
    awaited.put(id, discarded);
    return control()
        .run(
            app,
            new RunDyno(
                BY,
                id,
                ThreadLocalRandom.current().nextInt(),
                "true",
                "run",
                Optional.empty(),
                false,
                false,
                Map.of(),
                Optional.empty(),
                Optional.empty()));
  }

  ControlPlane control() {
    return hosts.control();
  }

  List<ControlNode> nodes() {
    return nodes;
  }

  ShortLives lives() {
    return lives;
  }

  @Override
  public void close() {
    hosts.close();
    nodes.forEach(ControlNode::kill);
  }
}
