package dev.dynode.edge.api.context;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.dynode.domain.history.SecretFields;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Events, orders and states as people are shown them. Values of variables are left out: they may be
 * secrets.
 *
 * @param events writes them as the journal does
 */
public record Shown(ObjectMapper events) {
  private static final ObjectMapper PLAIN = new ObjectMapper();

  /** The fields; of variables the names only. */
  public Map<String, Object> of(Object part) {
    return object(events.valueToTree(part));
  }

  private static Map<String, Object> object(JsonNode object) {
    Map<String, Object> shown = new LinkedHashMap<>();
    object
        .properties()
        .forEach(
            field -> {
              Object value =
                  SecretFields.VARIABLES.contains(field.getKey()) && field.getValue().isObject()
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
