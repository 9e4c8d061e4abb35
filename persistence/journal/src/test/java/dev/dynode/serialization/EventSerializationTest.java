package dev.dynode.serialization;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.cbor.databind.CBORMapper;
import com.typesafe.config.ConfigFactory;
import dev.dynode.domain.id.AppId;
import dev.dynode.domain.id.DynoId;
import dev.dynode.domain.id.DynoName;
import dev.dynode.domain.id.HostId;
import dev.dynode.domain.id.ReleaseId;
import dev.dynode.domain.id.SlugId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.serialization.Serialization;
import org.apache.pekko.serialization.SerializationExtension;
import org.apache.pekko.serialization.Serializers;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Events as they are written by the configuration this module brings along. */
@Tag("unit")
class EventSerializationTest {
  private static ActorSystem system;
  private static Serialization serialization;

  private static final SampleEvent.Everything EVERYTHING =
      new SampleEvent.Everything(
          new DynoId(new UUID(1, 2)),
          new AppId(new UUID(3, 4)),
          new ReleaseId(new UUID(5, 6)),
          new SlugId(new UUID(7, 8)),
          new HostId("host-a"),
          DynoName.of("run.4242"),
          Instant.parse("2026-11-23T01:02:03.123456789Z"),
          Duration.ofSeconds(-3, 7),
          SampleEvent.Reason.IDLE,
          SampleEvent.Only.ONE,
          Optional.of("bash -c 'é'"),
          Optional.empty(),
          OptionalInt.of(143),
          List.of(new DynoName("web", 1), new DynoName("web", 2)),
          Set.of(new HostId("host-a"), new HostId("host-b")),
          Map.of(new DynoName("web", 1), new DynoId(new UUID(9, 9))),
          Map.of("KEY", "value"),
          true,
          Long.MAX_VALUE);

  @BeforeAll
  static void start() {
    system =
        ActorSystem.create(
            "serialization",
            EventSerialization.bindings(SampleEvent.class).withFallback(ConfigFactory.load()));
    serialization = SerializationExtension.get(system);
  }

  @AfterAll
  static void stop() throws Exception {
    system.terminate();
    system.getWhenTerminated().toCompletableFuture().get(20, TimeUnit.SECONDS);
  }

  @Test
  void everyShapeComesBackAsItWas() {
    for (SampleEvent event :
        List.of(
            EVERYTHING, new SampleEvent.Empty(), new SampleEvent.One(new DynoId(new UUID(1, 2))))) {
      assertEquals(event, read(event.getClass(), write(event)));
    }
  }

  @Test
  void writesPlainTextAndNothingComputed() throws Exception {
    JsonNode tree = new CBORMapper().readTree(write(EVERYTHING));
    assertEquals(
        SampleEvent.Everything.class.getRecordComponents().length, tree.size(), tree.toString());
    assertEquals("run.4242", tree.get("name").textValue());
    assertEquals("00000000-0000-0001-0000-000000000002", tree.get("dyno").textValue());
    assertEquals("2026-11-23T01:02:03.123456789Z", tree.get("at").textValue());
    assertEquals("host-a", tree.get("host").textValue());
    assertEquals(
        "00000000-0000-0009-0000-000000000009", tree.get("roster").get("web.1").textValue());
  }

  @Test
  void readsAnOldEventAsTheNewOne() {
    byte[] old = write(new SampleEvent.Older("web", 3));
    assertEquals(
        new SampleEvent.Newer("web", Optional.empty(), List.of(), Set.of(), Map.of(), 0),
        read(SampleEvent.Newer.class, old));
  }

  private static byte[] write(SampleEvent event) {
    assertEquals(33, serialization.findSerializerFor(event).identifier());
    assertEquals(
        event.getClass().getName(),
        Serializers.manifestFor(serialization.findSerializerFor(event), event));
    return serialization.serialize(event).get();
  }

  private static Object read(Class<?> type, byte[] bytes) {
    return serialization.deserialize(bytes, 33, type.getName()).get();
  }
}
