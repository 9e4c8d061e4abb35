package dev.dynode.api;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The JSON object of a request. A field that is absent or null is empty; one of the wrong type is
 * refused by name; unknown ones are not looked at.
 */
record Body(JsonNode json) {

  /** Nothing at all counts as an object without fields. */
  static Body read(byte[] bytes) {
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

  Optional<String> text(String name) {
    Optional<JsonNode> node = field(name);
    if (node.isPresent() && !node.get().isTextual()) {
      throw wrong(name, "a string");
    }
    return node.map(JsonNode::textValue);
  }

  String needed(String name) {
    return text(name).orElseThrow(() -> wrong(name, "given, as a string"));
  }

  Optional<Boolean> flag(String name) {
    Optional<JsonNode> node = field(name);
    if (node.isPresent() && !node.get().isBoolean()) {
      throw wrong(name, "true or false");
    }
    return node.map(JsonNode::booleanValue);
  }

  Optional<Integer> whole(String name, int least, int most) {
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
  Optional<List<String>> words(String name) {
    Optional<JsonNode> node = field(name);
    if (node.isEmpty() || !node.get().isArray()) {
      return Optional.empty();
    }
    var words = new ArrayList<String>();
    for (JsonNode word : node.get()) {
      if (!word.isTextual()) {
        throw wrong(name, "a string or an array of strings");
      }
      words.add(word.textValue());
    }
    return Optional.of(List.copyOf(words));
  }

  /** An object of strings; numbers and booleans count as their text, as clients send them. */
  Map<String, String> texts(String name) {
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
  Map<String, Optional<String>> entries(String prefix) {
    var entries = new LinkedHashMap<String, Optional<String>>();
    for (Map.Entry<String, JsonNode> entry : json.properties()) {
      JsonNode value = entry.getValue();
      if (value.isContainerNode()) {
        throw wrong(prefix + entry.getKey(), "a string");
      }
      entries.put(entry.getKey(), value.isNull() ? Optional.empty() : Optional.of(value.asText()));
    }
    return entries;
  }
}
