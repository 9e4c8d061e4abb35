package dev.dynode.replay;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.dynode.domain.history.SecretFields;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/**
 * Takes the values of variables out of events. Equal values become equal words, so that one still
 * sees whether a variable was changed; nothing can be guessed from them. Not thread-safe.
 */
public final class Redaction {

  /** What is known of a terminal is no secret, and the rules look at it. */
  private static final Set<String> PLAIN = Set.of("COLUMNS", "LINES", "TERM");

  private static final Pattern REDACTED = Pattern.compile("\\[redacted [0-9]+]");

  private final Map<UUID, Integer> seen = new HashMap<>();

  /** Changes the tree it is given. */
  public JsonNode redact(JsonNode tree) {
    replace(tree, this::word);
    return tree;
  }

  private JsonNode word(JsonNode value) {
    String text = value.asText();
    if (REDACTED.matcher(text).matches()) {
      return value;
    }
    int number =
        seen.computeIfAbsent(
            UUID.nameUUIDFromBytes(text.getBytes(StandardCharsets.UTF_8)), _ -> seen.size() + 1);
    return TextNode.valueOf("[redacted " + number + "]");
  }

  /** Whether two events are the same as far as a redacted one can tell. */
  static boolean same(JsonNode one, JsonNode other) {
    return one.equals(other) || blank(one).equals(blank(other));
  }

  private static JsonNode blank(JsonNode tree) {
    JsonNode copy = tree.deepCopy();
    replace(copy, _ -> TextNode.valueOf(""));
    return copy;
  }

  private static void replace(JsonNode tree, UnaryOperator<JsonNode> values) {
    for (Map.Entry<String, JsonNode> field : tree.properties()) {
      if (SecretFields.VARIABLES.contains(field.getKey())
          && field.getValue() instanceof ObjectNode variables) {
        variables.properties().stream()
            .filter(variable -> !PLAIN.contains(variable.getKey()))
            .forEach(variable -> variable.setValue(values.apply(variable.getValue())));
      } else {
        replace(field.getValue(), values);
      }
    }
    if (tree.isArray()) {
      tree.forEach(item -> replace(item, values));
    }
  }
}
