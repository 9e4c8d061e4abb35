package dev.dynode.replay;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Reads and writes events without a node, and without an actor system. */
public final class Offline {
  private final Config config = ConfigFactory.load();
  private final EventCodec codec = new EventCodec(config);

  /** What the modules bring. */
  public Config config() {
    return config;
  }

  public EventCodec codec() {
    return codec;
  }

  /** What reads and writes the fields of events. */
  public ObjectMapper mapper() {
    return codec.mapper();
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
}
