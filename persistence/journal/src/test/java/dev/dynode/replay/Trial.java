package dev.dynode.replay;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.dynode.domain.app.AppEvent;
import dev.dynode.domain.app.AppState;
import dev.dynode.domain.directory.DirectoryEvent;
import dev.dynode.domain.dyno.DynoEvent;
import dev.dynode.domain.history.Divergence;
import dev.dynode.journal.Intake;
import dev.dynode.journal.Rows;
import dev.dynode.serialization.EventSerialization;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.ActorSystem;

/** An actor system that reads and writes events, for journals in folders. */
final class Trial implements AutoCloseable {
  final ActorSystem system =
      ActorSystem.create(
          "trial",
          EventSerialization.bindings(
                  DynoEvent.class, AppEvent.class, DirectoryEvent.class, AppState.class)
              .withFallback(ConfigFactory.load()));
  final EventCodec codec = new EventCodec(system.settings().config());

  static Config journal(Path folder) {
    return ConfigFactory.parseMap(
            Map.of(
                "directory",
                folder.toString(),
                "native-directory",
                Path.of("target", "native").toAbsolutePath().toString()))
        .withFallback(ConfigFactory.load().getConfig("dynode.journal"));
  }

  /** An invented history in a fresh journal. */
  void invent(Path folder, int dynos, long seed) {
    try (Intake journal = Intake.open(journal(folder))) {
      InventedHistory.write(journal, codec, "sample", dynos, seed);
    }
  }

  List<Divergence> verify(Path folder) {
    var found = new ArrayList<Divergence>();
    try (Rows rows = Rows.in(journal(folder))) {
      new Verification(rows, codec, found::add, _ -> {}).run();
    }
    return found;
  }

  @Override
  public void close() {
    system.terminate();
    system.getWhenTerminated().toCompletableFuture().orTimeout(20, TimeUnit.SECONDS).join();
  }
}
