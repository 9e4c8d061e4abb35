package dev.dynode.node;

import com.typesafe.config.Config;
import dev.dynode.domain.id.HostId;
import dev.dynode.engine.NodeGuardian;
import dev.dynode.engine.actor.HostLoad;
import dev.dynode.engine.actor.HostSurroundings;
import dev.dynode.port.ProcessRuntime;
import dev.dynode.runtime.LocalRuntime;
import dev.dynode.runtime.RuntimeSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.InstantSource;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * What runs dynos on this machine.
 *
 * @param found what an earlier life of this node left
 */
record Machine(HostId host, LocalRuntime runtime, HostLoad load, ProcessRuntime.Recovery found) {

  /**
   * Finds the keeper of its dynos, or starts one.
   *
   * @param waitsFor told what this waits for
   */
  static Machine start(
      HostId host, Path data, Config config, InstantSource clock, Consumer<String> waitsFor)
      throws IOException {
    waitsFor.accept("a sandbox for dynos");
    var runtime = new LocalRuntime(data, RuntimeSettings.from(config));
    waitsFor.accept("the keeper of its dynos");
    ProcessRuntime.Recovery found = runtime.recover();
    Config limits = config.getConfig("dynode.host");
    long memory = limits.getBytes("memory");
    var load =
        new HostLoad(
            host,
            limits.getInt("capacity"),
            memory == 0 ? Long.MAX_VALUE : memory,
            limits.getDuration("keep-place"),
            clock,
            runtime::filesLeft);
    var machine = new Machine(host, runtime, load, found);
    try {
      waitsFor.accept("a trial dyno");
      runtime.warmUp();
      return machine;
    } catch (IOException | RuntimeException e) {
      machine.giveUp();
      throw e;
    }
  }

  /** Of a node that does not come to serve: the keeper ends, unless it keeps dynos. */
  void giveUp() {
    if (found.adopted().isEmpty() && load.dynos() == 0) {
      runtime.close();
    } else {
      runtime.leave();
    }
  }

  NodeGuardian.Host parts(Stores stores, Clock clock, Config config, Supplier<String> rendezvous) {
    Config host = config.getConfig("dynode.host");
    return new NodeGuardian.Host(
        apps ->
            new HostSurroundings(
                runtime,
                stores.slugs(),
                stores.logs(),
                clock,
                load,
                apps,
                host.getInt("line-bytes"),
                host.getDuration("sample-every")),
        load,
        found,
        rendezvous);
  }
}
