package dev.dynode.edge.api.request;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.dynode.domain.Text;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The JSON object of a request. A field that is absent or null is empty; one of the wrong type is
 * refused by name, and so is text that cannot be kept: what is read here can be journaled. Unknown
 * fields are not looked at.
 */
public record Body(JsonNode json) {

  /** Nothing at all counts as an object without fields. */
  public static Body read(byte[] bytes) {
    if (bytes.length == 0) {
      return new Body(Json.MAPPER.createObjectNode());
    }
    JsonNode json;
    try {
      json = Json.MAPPER.readTree(bytes);
    } catch (JsonProcessingException e) {
      JsonLocation at = e.getLocation();
      throw new Problem(
              400,
              "bad_request",
              "The body is not JSON"
                  + (at == null
                      ? ""
                      : " (line " + at.getLineNr() + ", column " + at.getColumnNr() + ")")
                  + ": "
                  + e.getOriginalMessage())
          .exception();
    } catch (IOException e) {
      throw new IllegalStateException("reading from memory", e);
    }
    if (json.isMissingNode()) {
      return new Body(Json.MAPPER.createObjectNode());
    }
    if (!json.isObject()) {
      throw new Problem(400, "bad_request", "The body must be a JSON object.").exception();
    }
    return new Body(json);
  }

  private Optional<JsonNode> field(String name) {
    return Optional.ofNullable(json.get(name)).filter(node -> !node.isNull());
  }

  private static RuntimeException wrong(String field, String expected) {
    return Errors.invalid(field + ": it must be " + expected + ".").exception();
  }

  public Optional<String> text(String name) {
    Optional<JsonNode> node = field(name);
    if (node.isPresent() && !node.get().isTextual()) {
      throw wrong(name, "a string");
    }
    return node.map(text -> kept(name, text.textValue()));
  }

  /** Text that can be kept, or a refusal that names the field. */
  static String kept(String field, String text) {
    Optional<String> fault = Text.fault(text);
    if (fault.isPresent()) {
      throw Errors.invalid(field + ": " + fault.get() + ".").exception();
    }
    return text;
  }

  public String needed(String name) {
    return text(name).orElseThrow(() -> wrong(name, "given, as a string"));
  }

  public Optional<Boolean> flag(String name) {
    Optional<JsonNode> node = field(name);
    if (node.isPresent() && !node.get().isBoolean()) {
      throw wrong(name, "true or false");
    }
    return node.map(JsonNode::booleanValue);
  }

  public Optional<Integer> whole(String name, int least, int most) {
    Optional<JsonNode> node = field(name);
    if (node.isPresent()
        && !(node.get().isIntegralNumber()
            && node.get().canConvertToInt()
            && node.get().intValue() >= least
            && node.get().intValue() <= most)) {
      throw wrong(name, "a whole number from " + least + " to " + most);
    }
    return node.map(JsonNode::intValue);
  }

  /** A string, or an array of strings. */
  public Optional<List<String>> words(String name) {
    Optional<JsonNode> node = field(name);
    if (node.isEmpty() || !node.get().isArray()) {
      return Optional.empty();
    }
    var words = new ArrayList<String>();
    for (JsonNode word : node.get()) {
      if (!word.isTextual()) {
        throw wrong(name, "a string or an array of strings");
      }
      words.add(kept(name, word.textValue()));
    }
    return Optional.of(List.copyOf(words));
  }

  /** An object of strings; numbers and booleans count as their text, as clients send them. */
  public Map<String, String> texts(String name) {
    Optional<JsonNode> node = field(name);
    if (node.isEmpty()) {
      return Map.of();
    }
    if (!node.get().isObject()) {
      throw wrong(name, "an object of strings");
    }
    var texts = new LinkedHashMap<String, String>();
    new Body(node.get())
        .entries(name + ".")
        .forEach(
            (key, value) ->
                texts.put(key, value.orElseThrow(() -> wrong(name + "." + key, "a string"))));
    return texts;
  }

  /** All fields as strings, null as empty; {@code prefix} stands before names in refusals. */
  public Map<String, Optional<String>> entries(String prefix) {
    var entries = new LinkedHashMap<String, Optional<String>>();
    for (Map.Entry<String, JsonNode> entry : json.properties()) {
      String field = prefix + entry.getKey();
      JsonNode value = entry.getValue();
      kept(field, entry.getKey());
      if (value.isContainerNode() || endless(value)) {
        throw wrong(field, "a string");
      }
      entries.put(
          entry.getKey(),
          value.isNull() ? Optional.empty() : Optional.of(kept(field, value.asText())));
    }
    return entries;
  }

  /** A number such as 1e400, of which nothing is left but that it is large. */
  private static boolean endless(JsonNode value) {
    return value.isFloatingPointNumber() && !Double.isFinite(value.doubleValue());
  }
}
