package dev.dynode.edge.api.apps;

import static dev.dynode.edge.api.request.ProtocolTest.problem;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.dynode.domain.id.AppId;
import dev.dynode.edge.api.request.ApiServer;
import dev.dynode.edge.api.request.ApiServer.Reply;
import dev.dynode.edge.api.request.SchemaCheck;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Apps, config vars and what there is to choose from. */
@Tag("unit")
class AppsTest {
  private static ApiServer api;

  @BeforeAll
  static void start(@TempDir Path folder) throws Exception {
    api = new ApiServer(folder);
  }

  @AfterAll
  static void stop() throws Exception {
    api.close();
  }

  @Test
  void anAppIsMadeShownChangedAndDeleted() throws Exception {
    Reply made = api.post("/apps", "{'name': 'life-app', 'process_tier': 'basic', 'odd': 1}");
    assertEquals(201, made.status());
    SchemaCheck.one("app", made.json());
    assertEquals("basic", made.json().path("process_tier").asText());
    assertEquals("complete", made.json().path("create_status").asText());
    assertEquals("cedar", made.json().path("generation").asText());
    assertEquals("http://life-app.localhost:5102/", made.json().path("web_url").asText());
    assertEquals("owner@example.com", made.json().path("owner").path("email").asText());
    for (String absentOrNull : new String[] {"repo_size", "slug_size", "space", "team"}) {
      assertTrue(made.json().has(absentOrNull) && made.json().path(absentOrNull).isNull());
    }
    String id = made.json().path("id").asText();
    assertEquals(made.json(), api.get("/apps/life-app").json());
    assertEquals(made.json(), api.get("/apps/" + id).json());

    Reply changed =
        api.call("PATCH", "/apps/life-app", "{'name': 'new-name', 'process_tier': 'production'}");
    assertEquals(200, changed.status());
    assertEquals("new-name", changed.json().path("name").asText());
    assertEquals("production", changed.json().path("process_tier").asText());
    problem(api.get("/apps/life-app"), 404, "not_found");

    Reply gone = api.call("DELETE", "/apps/new-name", "");
    assertEquals(200, gone.status());
    SchemaCheck.one("app", gone.json());
    problem(api.get("/apps/" + id), 404, "not_found");
  }

  @Test
  void namesAreCheckedAndDrawn() throws Exception {
    problem(api.post("/apps", "{'name': 'Bad_Name'}"), 422, "invalid_params");
    api.app("taken-name");
    Reply taken = api.post("/apps", "{'name': 'taken-name'}");
    problem(taken, 422, "invalid_params");
    assertEquals("Name taken-name is already taken", taken.json().path("message").asText());
    Set<String> drawn = new HashSet<>();
    for (int i = 0; i < 5; i++) {
      String name = api.post("/apps", "").json().path("name").asText();
      assertTrue(name.matches("[a-z]+-[a-z]+-[0-9]{5}"), name);
      drawn.add(name);
    }
    assertEquals(5, drawn.size());
  }

  @Test
  void aRenameAndWhatIsAskedWithItAreOneChange() throws Exception {
    AppId id = AppId.of(api.app("two-changes").path("id").asText());
    long before = api.control.count(id);
    Reply changed =
        api.call("PATCH", "/apps/two-changes", "{'name': 'one-change', 'maintenance': true}");
    assertEquals(200, changed.status());
    assertTrue(changed.json().path("maintenance").asBoolean());
    assertEquals("one-change", changed.json().path("name").asText());
    assertEquals(before + 1, api.control.count(id));
  }

  @Test
  void onlyWhatThereIsCanBeChosen() throws Exception {
    for (String body :
        new String[] {"{'region': 'mars'}", "{'stack': 'windows'}", "{'process_tier': 'gold'}"}) {
      problem(api.post("/apps", body), 422, "invalid_params");
    }
    assertEquals(201, api.post("/apps", "{'region': 'us', 'stack': 'heroku-24'}").status());
  }

  @Test
  void appsAreListed() throws Exception {
    api.app("listed-app");
    for (String path : new String[] {"/apps", "/users/~/apps", "/users/owner@example.com/apps"}) {
      Reply reply = api.get(path);
      assertEquals(200, reply.status());
      SchemaCheck.each("app", reply.json());
      assertTrue(reply.json().findValuesAsText("name").contains("listed-app"));
    }
    problem(api.get("/users/someone@example.com/apps"), 404, "not_found");
  }

  @Test
  void configVarsAreSetRemovedAndReleased() throws Exception {
    api.app("config-app");
    Reply set = api.call("PATCH", "/apps/config-app/config-vars", "{'B': 'two', 'A': '1', 'N': 5}");
    assertEquals(200, set.status());
    SchemaCheck.definition("config-var/definitions/config_vars", set.json());
    assertEquals("5", set.json().path("N").asText());
    api.call("PATCH", "/apps/config-app/config-vars", "{'A': null}");
    JsonNode now = api.get("/apps/config-app/config-vars").json();
    assertFalse(now.has("A"));
    assertEquals("two", now.path("B").asText());
    assertEquals("1", api.get("/apps/config-app/releases/2/config-vars").json().path("A").asText());
    assertFalse(api.get("/apps/config-app/releases/v3/config-vars").json().has("A"));
    Reply newest = api.get("/apps/config-app/releases", "Range", "version ..; order=desc,max=1");
    assertEquals("Remove A config vars", newest.json().path(0).path("description").asText());
    problem(api.call("PATCH", "/apps/config-app/config-vars", "{'A': [1]}"), 422, "invalid_params");
    problem(
        api.call("PATCH", "/apps/config-app/config-vars", "{'A=B': '1'}"), 422, "invalid_params");
  }

  @Test
  void theOwnerIsTheCollaborator() throws Exception {
    api.app("shared-app");
    JsonNode all = api.get("/apps/shared-app/collaborators").json();
    SchemaCheck.each("collaborator", all);
    assertEquals("owner@example.com", all.path(0).path("user").path("email").asText());
    assertEquals(all.path(0), api.get("/apps/shared-app/collaborators/owner@example.com").json());
    problem(api.get("/apps/shared-app/collaborators/other@example.com"), 404, "not_found");
  }

  @Test
  void theRoutersNameIsTheDomain() throws Exception {
    api.app("named-app");
    JsonNode all = api.get("/apps/named-app/domains").json();
    SchemaCheck.each("domain", all);
    assertEquals("named-app.localhost", all.path(0).path("hostname").asText());
    assertEquals("heroku", all.path(0).path("kind").asText());
    assertEquals(all.path(0), api.get("/apps/named-app/domains/named-app.localhost").json());
    problem(api.get("/apps/named-app/domains/www.example.com"), 404, "not_found");
  }

  @Test
  void sizesStacksAndRegionsAreTold() throws Exception {
    api.app("choosing-app");
    JsonNode sizes = api.get("/dyno-sizes").json();
    SchemaCheck.each("dyno-size", sizes);
    assertEquals(15, sizes.size());
    JsonNode one = api.get("/dyno-sizes/performance-l").json();
    assertEquals(14.0, one.path("memory").asDouble());
    assertEquals(7, api.get("/apps/choosing-app/available-dyno-sizes").json().size());
    SchemaCheck.each("stack", api.get("/stacks").json());
    SchemaCheck.one("stack", api.get("/stacks/heroku-24").json());
    SchemaCheck.each("stack", api.get("/apps/choosing-app/available-stacks").json());
    SchemaCheck.each("region", api.get("/regions").json());
    SchemaCheck.one("region", api.get("/regions/us").json());
    problem(api.get("/regions/eu"), 404, "not_found");
    problem(api.get("/dyno-sizes/huge"), 404, "not_found");
  }

  @Test
  void theTokenIsTheAuthorization() throws Exception {
    JsonNode all = api.get("/oauth/authorizations").json();
    SchemaCheck.each("oauth-authorization", all);
    assertEquals(api.token, all.path(0).path("access_token").path("token").asText());
    String id = all.path(0).path("id").asText();
    assertEquals(all.path(0), api.get("/oauth/authorizations/~").json());
    problem(api.call("DELETE", "/oauth/authorizations/" + id, ""), 403, "forbidden");
    Reply session = api.call("DELETE", "/oauth/sessions/~", "");
    problem(session, 404, "not_found");
    assertEquals("session", session.json().path("resource").asText());
    assertEquals(api.account.id().toString(), api.get("/users/~").json().path("id").asText());
  }
}
