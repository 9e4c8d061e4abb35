package dev.dynode.serialization;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.dynode.domain.dyno.Sizing;
import org.apache.pekko.serialization.jackson.JacksonMigration;

/**
 * Version 2 of the events that hold a {@code DynoSpec} tells why the dyno has its size. Of those
 * written before, nobody knows. (The example of how an event gets a field.)
 */
public final class SizingMigration extends JacksonMigration {
  private static final int WITH_SIZING = 2;

  @Override
  public int currentVersion() {
    return WITH_SIZING;
  }

  @Override
  public JsonNode transform(int fromVersion, JsonNode event) {
    if (fromVersion < WITH_SIZING && event.path("spec") instanceof ObjectNode spec) {
      spec.put("sizing", Sizing.UNTOLD.name());
    }
    return event;
  }
}
