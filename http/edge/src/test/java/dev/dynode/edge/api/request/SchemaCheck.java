package dev.dynode.edge.api.request;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion.VersionFlag;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Checks answers against the API's own schema. Every property it names must be there; more may be
 * (the wire has more than the schema says), and addresses need not be Heroku's.
 */
public final class SchemaCheck {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final JsonNode SCHEMA = load();
  private static final Map<String, JsonSchema> COMPILED = new ConcurrentHashMap<>();

  private SchemaCheck() {}

  private static JsonNode load() {
    try (InputStream in =
        SchemaCheck.class.getResourceAsStream(
            "/dev/dynode/edge/api/request/platform-api-schema.json")) {
      JsonNode schema = JSON.readTree(in);
      JsonNode app = schema.path("definitions").path("app").path("definitions");
      // Of heroku.com only.
      ((ObjectNode) app.path("web_url")).remove("pattern");
      ((ObjectNode) app.path("git_url")).remove("pattern");
      // No URI, whatever the schema says.
      ((ObjectNode) schema.at("/definitions/domain/definitions/hostname")).remove("format");
      JsonNode provider =
          schema.path("definitions").path("region").path("definitions").path("provider");
      ((ObjectNode) provider.path("properties").path("region")).remove("enum");
      return schema;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static JsonSchema of(String pointer) {
    return COMPILED.computeIfAbsent(
        pointer,
        _ -> {
          ObjectNode root = JSON.createObjectNode();
          root.put("$ref", "#/definitions/" + pointer);
          root.set("definitions", SCHEMA.path("definitions"));
          return JsonSchemaFactory.getInstance(VersionFlag.V4).getSchema(root);
        });
  }

  /**
   * @param resource as the schema names it, such as {@code dyno}
   */
  public static void one(String resource, JsonNode answer) {
    var wrong = new ArrayList<String>();
    of(resource).validate(answer).forEach(message -> wrong.add(message.toString()));
    SCHEMA
        .path("definitions")
        .path(resource)
        .path("properties")
        .fieldNames()
        .forEachRemaining(
            name -> {
              if (!answer.has(name)) {
                wrong.add(name + " is missing");
              }
            });
    assertTrue(wrong.isEmpty(), () -> resource + ": " + wrong + " in " + answer);
  }

  public static void each(String resource, JsonNode answer) {
    assertTrue(answer.isArray(), () -> "no list: " + answer);
    List<JsonNode> items = new ArrayList<>();
    answer.forEach(items::add);
    items.forEach(item -> one(resource, item));
  }

  /** A definition that is no resource, such as {@code config-var/definitions/config_vars}. */
  public static void definition(String pointer, JsonNode answer) {
    var wrong = of(pointer).validate(answer);
    assertTrue(wrong.isEmpty(), () -> pointer + ": " + wrong + " in " + answer);
  }
}
