package dev.dynode.edge.api.absent;

import static dev.dynode.edge.api.request.ProtocolTest.problem;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.dynode.edge.api.request.ApiServer;
import dev.dynode.edge.api.request.ApiServer.Reply;
import dev.dynode.edge.api.request.RawHttp;
import dev.dynode.edge.api.request.SchemaLinks;
import dev.dynode.edge.api.request.SchemaLinks.Part;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What Heroku has and Dynode does not says so, and blames nobody's path or verb. */
@Tag("unit")
class NotAvailableTest {
  private static ApiServer api;

  @BeforeAll
  static void start(@TempDir Path folder) throws Exception {
    api = new ApiServer(folder);
    api.app("some-app");
  }

  @AfterAll
  static void stop() {
    api.close();
  }

  private static String path(SchemaLinks.Link link) {
    return link.path().stream()
        .map(
            part ->
                switch (part) {
                  case Part.Word(String text) -> text;
                  case Part.Place(String resource) when resource.equals("app") ->
                      link.method().equals("DELETE") ? "doomed-app" : "some-app";
                  case Part.Place(String resource) when resource.equals("account") -> "~";
                  case Part.Place _ -> "none-of-this-name";
                })
        .collect(Collectors.joining("/", "/", ""));
  }

  @Test
  void everyCallOfTheSchemaHasAnAnswerOfItsOwn() throws Exception {
    var wrong = new ArrayList<String>();
    for (SchemaLinks.Link link : SchemaLinks.all()) {
      if (link.method().equals("DELETE")) {
        api.app("doomed-app");
      }
      Reply reply = api.call(link.method(), path(link), link.method().equals("GET") ? "" : "{}");
      String message = reply.json().path("message").asText();
      if (reply.status() == 500
          || message.contains("endpoint was not found")
          || message.contains("does not answer this call")
          || (reply.status() == 501) != reply.json().path("id").asText().equals("not_available")
          || (reply.status() == 404 && !message.startsWith("Couldn't find that "))) {
        wrong.add(link.method() + " " + path(link) + ": " + reply.status() + " " + reply.json());
      }
    }
    assertTrue(SchemaLinks.all().size() > 300, "the whole schema");
    assertEquals(List.of(), wrong);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/account/features",
        "/account/keys",
        "/addon-services",
        "/addons",
        "/apps/some-app/addon-attachments",
        "/apps/some-app/buildpack-installations",
        "/apps/some-app/builds",
        "/apps/some-app/features",
        "/apps/some-app/log-drains",
        "/apps/some-app/telemetry-drains",
        "/apps/some-app/webhook-deliveries",
        "/oauth/clients",
        "/oauth/sessions",
        "/pipelines?eq[name]=pipe",
        "/spaces",
        "/teams",
        "/users/~/pipeline-couplings"
      })
  void listsOfWhatThereIsNoneOfAreEmpty(String path) throws Exception {
    JsonNode list = raw(path);
    assertTrue(list.isArray() && list.isEmpty(), list::toString);
  }

  /** Java's client does not send brackets. */
  private static JsonNode raw(String path) throws Exception {
    return ApiServer.JSON.readTree(RawHttp.get(api, path).body());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "GET    | /pipelines/pipe                      | Couldn't find that pipeline. Dynode has no pipelines.",
        "DELETE | /pipelines/pipe                      | Couldn't find that pipeline. Dynode has no pipelines.",
        "GET    | /apps/some-app/pipeline-couplings    | Couldn't find that pipeline coupling. Dynode has no pipelines.",
        "GET    | /apps/some-app/features/preboot      | Couldn't find that app feature. Dynode has no app features.",
        "POST   | /actions/addons/resolve              | Couldn't find that add-on. Dynode has no add-ons.",
        "GET    | /spaces/sp/dynos                     | Couldn't find that space. Dynode has no private spaces.",
        "POST   | /apps/none-such/log-drains           | Couldn't find that app.",
        "GET    | /users/other@example.com/sms-number  | Couldn't find that user."
      })
  void whatIsNotThereIsNotFound(String method, String path, String message) throws Exception {
    Reply reply = api.call(method, path, "");
    problem(reply, 404, "not_found");
    assertEquals(message, reply.json().path("message").asText());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "POST  | /pipelines                       | pipelines",
        "POST  | /apps/some-app/log-drains        | log drains",
        "PUT   | /apps/some-app/buildpack-installations | buildpacks",
        "PATCH | /apps/some-app/formation         | scale process types",
        "POST  | /apps/some-app/dynos/run.1       | second program",
        "POST  | /apps/some-app/acm               | certificates",
        "POST  | /account/keys                    | SSH keys",
        "PUT   | /pipelines                       | pipelines"
      })
  void makingItIsNotAvailable(String method, String path, String said) throws Exception {
    Reply reply = api.call(method, path, "{}");
    problem(reply, 501, "not_available");
    assertTrue(reply.json().path("message").asText().contains(said), reply.json()::toString);
  }

  @ParameterizedTest
  @CsvSource({
    "POST, /oauth/authorizations",
    "PATCH, /oauth/authorizations/ID",
    "POST, /oauth/authorizations/ID/actions/regenerate-tokens",
    "POST, /oauth/clients",
    "POST, /oauth/tokens",
    "POST, /users/~/gateway-tokens",
    "POST, /users/~/gateway-tokens/oauth-authorization"
  })
  void noTokenIsGivenOutAsAnother(String method, String path) throws Exception {
    String id = api.get("/oauth/authorizations").json().path(0).path("id").asText();
    Reply reply =
        api.call(
            method,
            path.replace("ID", id),
            "{'scope': ['read'], 'expires_in': 600, 'description': 'narrow'}");
    problem(reply, 501, "not_available");
    assertFalse(reply.json().toString().contains(api.token));
  }

  @Test
  void otherPathsStayUnknown() throws Exception {
    for (String path : new String[] {"/nowhere", "/pipelines/", "/teams//apps", "/apps/a/b/c"}) {
      problem(api.get(path), 404, "not_found");
      assertTrue(api.get(path).json().path("message").asText().contains("endpoint was not found"));
    }
  }
}
