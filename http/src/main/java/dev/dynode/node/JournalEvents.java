package dev.dynode.node;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.dynode.api.EventLine;
import dev.dynode.api.EventLog;
import dev.dynode.domain.dyno.DynoEvent;
import dev.dynode.domain.id.DynoId;
import dev.dynode.read.EventHistory;
import dev.dynode.read.EventRecord;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.stream.javadsl.Sink;

/** The journal, as the API shows it. Values of variables are left out: they may be secrets. */
record JournalEvents(EventHistory history, ActorSystem<?> system, ObjectMapper events)
    implements EventLog {
  private static final ObjectMapper PLAIN = new ObjectMapper();
  private static final Set<String> SHOWN_APART = Set.of("at", "by", "generation");

  @Override
  public CompletionStage<List<EventLine>> ofDyno(DynoId dyno) {
    return history.of("Dyno|" + dyno).map(this::line).runWith(Sink.seq(), system);
  }

  private EventLine line(EventRecord record) {
    if (!(record.event() instanceof DynoEvent event)) {
      throw new IllegalStateException("not a dyno's event: " + record.event());
    }
    Map<String, Object> details = shown(events.valueToTree(event));
    details.keySet().removeAll(SHOWN_APART);
    return new EventLine(
        record.sequenceNumber(),
        event.at(),
        event.by(),
        event.getClass().getSimpleName(),
        event.generation(),
        details);
  }

  /** What is there of an object; of variables the names only. */
  private static Map<String, Object> shown(JsonNode object) {
    Map<String, Object> shown = new LinkedHashMap<>();
    object
        .properties()
        .forEach(
            field -> {
              JsonNode value = field.getValue();
              if (field.getKey().equals("env")) {
                List<String> names = new ArrayList<>();
                value.fieldNames().forEachRemaining(names::add);
                shown.put("env", names);
              } else if (value.isObject()) {
                shown.put(field.getKey(), shown(value));
              } else if (!value.isNull()) {
                shown.put(field.getKey(), PLAIN.convertValue(value, Object.class));
              }
            });
    return shown;
  }
}
