package dev.dynode.node;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.dynode.api.EventLog;
import dev.dynode.domain.app.AppEvent;
import dev.dynode.domain.dyno.DynoEvent;
import dev.dynode.domain.id.AppId;
import dev.dynode.domain.id.DynoId;
import dev.dynode.read.EventHistory;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.stream.javadsl.Sink;
import org.jspecify.annotations.Nullable;

/** The journal, as the API shows it. Values of variables are left out: they may be secrets. */
record JournalEvents(EventHistory history, ActorSystem<?> system, ObjectMapper events)
    implements EventLog {
  private static final ObjectMapper PLAIN = new ObjectMapper();

  /** Fields that hold variables, in events and states. */
  private static final Set<String> VARIABLES = Set.of("env", "config", "set");

  @Override
  public CompletionStage<List<DynoEvent>> ofDyno(DynoId dyno) {
    return all("Dyno|" + dyno, DynoEvent.class);
  }

  @Override
  public CompletionStage<List<AppEvent>> ofApp(AppId app) {
    return all("App|" + app, AppEvent.class);
  }

  private <E> CompletionStage<List<E>> all(String id, Class<E> kind) {
    return history.of(id).map(record -> kind.cast(record.event())).runWith(Sink.seq(), system);
  }

  @Override
  public Map<String, Object> shown(Object part) {
    return object(events.valueToTree(part));
  }

  private static Map<String, Object> object(JsonNode object) {
    Map<String, Object> shown = new LinkedHashMap<>();
    object
        .properties()
        .forEach(
            field -> {
              Object value =
                  VARIABLES.contains(field.getKey()) && field.getValue().isObject()
                      ? names(field.getValue())
                      : value(field.getValue());
              if (value != null) {
                shown.put(field.getKey(), value);
              }
            });
    return shown;
  }

  private static List<String> names(JsonNode variables) {
    List<String> names = new ArrayList<>();
    variables.fieldNames().forEachRemaining(names::add);
    return names;
  }

  private static @Nullable Object value(JsonNode node) {
    if (node.isObject()) {
      return object(node);
    }
    if (node.isArray()) {
      List<Object> items = new ArrayList<>();
      node.forEach(
          item -> {
            Object shown = value(item);
            if (shown != null) {
              items.add(shown);
            }
          });
      return items;
    }
    return node.isNull() ? null : PLAIN.convertValue(node, Object.class);
  }
}
