package dev.dynode.node;

import com.typesafe.config.Config;
import dev.dynode.actor.NodeGuardian;
import dev.dynode.actor.host.HostLoad;
import dev.dynode.actor.host.HostSurroundings;
import dev.dynode.domain.id.HostId;
import dev.dynode.port.ProcessRuntime;
import dev.dynode.runtime.LocalRuntime;
import dev.dynode.runtime.RuntimeSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.function.Supplier;

/**
 * What runs dynos on this machine.
 *
 * @param found what an earlier life of this node left
 */
record Machine(HostId host, LocalRuntime runtime, HostLoad load, ProcessRuntime.Recovery found) {

  static Machine start(HostId host, Path data, Config config) throws IOException {
    var runtime = new LocalRuntime(data, RuntimeSettings.from(config));
    ProcessRuntime.Recovery found = runtime.recover();
    runtime.warmUp();
    Config limits = config.getConfig("dynode.host");
    long memory = limits.getBytes("memory");
    var load =
        new HostLoad(
            host,
            limits.getInt("capacity"),
            memory == 0 ? Long.MAX_VALUE : memory,
            runtime::filesLeft);
    return new Machine(host, runtime, load, found);
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
