package dev.dynode.journal;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.actor.typed.SpawnProtocol;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/** An actor system over a journal in a folder; closing it waits until the database is closed. */
record TestNode(ActorSystem<SpawnProtocol.Command> system) implements AutoCloseable {

  static Config config(Path folder) {
    return ConfigFactory.parseMap(
            Map.of(
                "dynode.journal.directory",
                folder.toString(),
                "dynode.journal.native-directory",
                NATIVE.toString(),
                "pekko.persistence.journal.plugin",
                "dynode.journal",
                "pekko.persistence.snapshot-store.plugin",
                "dynode.snapshot-store",
                "pekko.loglevel",
                "WARNING",
                "pekko.actor.serialization-bindings.\"" + Counter.Event.class.getName() + "\"",
                "jackson-cbor"))
        .withFallback(ConfigFactory.load());
  }

  /** One copy for all tests of a checkout. */
  static final Path NATIVE = Path.of("target", "native").toAbsolutePath();

  static TestNode open(Path folder) {
    return open(config(folder));
  }

  static TestNode open(Config config) {
    return new TestNode(
        ActorSystem.create(Behaviors.setup(_ -> SpawnProtocol.create()), "journal-test", config));
  }

  ActorRef<Counter.Command> counter(String id) {
    return system.systemActorOf(Counter.create(id), id, Props.empty());
  }

  static Duration patience() {
    return Duration.ofSeconds(20);
  }

  @Override
  public void close() {
    system.terminate();
    try {
      system.getWhenTerminated().toCompletableFuture().get(30, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new IllegalStateException("the system does not stop", e);
    }
  }
}
