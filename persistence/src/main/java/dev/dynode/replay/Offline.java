package dev.dynode.replay;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.dynode.serialization.EventSerialization;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.apache.pekko.actor.ActorSystem;

/** Reads and writes events without a node. */
public final class Offline implements AutoCloseable {
  private final Config config = EventSerialization.ofEvents().withFallback(ConfigFactory.load());
  private final ActorSystem system = ActorSystem.create("offline", config);

  public EventCodec codec() {
    return new EventCodec(system);
  }

  /** What reads and writes the fields of events. */
  public ObjectMapper mapper() {
    return EventCodec.mapper(system);
  }

  /**
   * Settings of the journal in a folder.
   *
   * @param folder a data folder, or the journal in it
   */
  public Config journal(Path folder) {
    Path inside = folder.resolve("journal");
    return ConfigFactory.parseMap(
            Map.of(
                "directory", (wasIn(folder) ? inside : folder).toString(),
                "native-directory", nativeFolder().toString()))
        .withFallback(config.getConfig("dynode.journal"));
  }

  private static boolean wasIn(Path data) {
    return Files.isDirectory(data.resolve("journal")) || Files.exists(data.resolve("journal.kept"));
  }

  /** Not in the journal, which may be one that must not be written to. */
  private static Path nativeFolder() {
    String cache = System.getenv("XDG_CACHE_HOME");
    return cache != null && cache.startsWith("/")
        ? Path.of(cache, "dynode")
        : Path.of(System.getenv().getOrDefault("HOME", "."), ".cache", "dynode").toAbsolutePath();
  }

  @Override
  public void close() {
    system.terminate();
    system.getWhenTerminated().toCompletableFuture().join();
  }
}
