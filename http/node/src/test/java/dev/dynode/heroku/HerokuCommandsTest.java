package dev.dynode.heroku;

import static dev.dynode.node.NodeProcess.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.dynode.heroku.HerokuCli.Result;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The commands around {@code heroku run}, as they come from npm. */
@Timeout(600)
@Tag("cli")
class HerokuCommandsTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String TIME =
      "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{6}\\+00:00 ";
  private static final String ME = "operator@dynode.local";

  @TempDir private static Path folder;
  private static HerokuNode node;

  @BeforeAll
  @Timeout(1500)
  static void start() throws Exception {
    node = new HerokuNode(folder);
  }

  @AfterAll
  static void stop() {
    node.close();
  }

  /** An app of this test's own. */
  private static String app(String version, String name) throws Exception {
    String app = name + "-" + version;
    node.process().post("/apps", "{\"name\": \"" + app + "\"}");
    return app;
  }

  @EachVersion
  void detachedDynosAreListedStoppedAndLogged(String version) throws Exception {
    HerokuCli heroku = node.client(version);
    String app = app(version, "detached");
    Result started = heroku.run("run:detached", "echo from afar; sleep 1000", "-a", app).exits(0);
    String dyno = started.out().replaceFirst("(?s).*--dyno (run\\.[0-9]{4}) .*", "$1");
    assertEquals(
        "Run heroku logs --app " + app + " --dyno " + dyno + " to view the output.",
        started.out().strip());
    assertTrue(started.said().endsWith("on " + app + "... done, " + dyno), started.said());
    eventually(
        "it is up", () -> node.process().logLines(app).contains("app[" + dyno + "]: from afar"));

    List<String> listed = heroku.run("ps", "-a", app).exits(0).out().strip().lines().toList();
    assertEquals("=== run: one-off processes (1)", listed.getFirst());
    assertTrue(
        listed
            .getLast()
            .matches(
                dyno
                    + " \\(Standard-1X\\): up [0-9/]{10} [0-9:]{8} [+-][0-9]{4} \\(~ [0-9]+[sm] ago\\):"
                    + " echo from afar; sleep 1000"),
        listed.getLast());
    JsonNode json = JSON.readTree(heroku.run("ps", "--json", "-a", app).exits(0).bytes());
    assertEquals(dyno, json.path(0).path("name").asText());

    Result stopped = heroku.run("ps:stop", "-d", dyno, "-a", app).exits(0);
    assertTrue(
        stopped.said().endsWith("Stopping dyno " + dyno + " on " + app + "... done"),
        stopped.said());
    eventually("it is gone", () -> node.process().get("/apps/" + app + "/dynos").isEmpty());
    assertEquals("No dynos on " + app, heroku.run("ps", "-a", app).exits(0).out().strip());

    List<String> lines = heroku.run("logs", "-a", app).exits(0).out().lines().toList();
    assertTrue(
        lines.stream().allMatch(line -> line.matches(TIME + "(app|heroku)\\[.*")), "" + lines);
    List<String> texts = lines.stream().map(line -> line.replaceFirst(TIME, "")).toList();
    assertTrue(
        texts.containsAll(
            List.of(
                "heroku[" + dyno + "]: State changed from starting to up",
                "app[" + dyno + "]: from afar",
                "heroku[" + dyno + "]: Process exited with status 143")),
        "" + texts);
    assertEquals(
        List.of("from afar"),
        heroku
            .run("logs", "-a", app, "--source", "app", "--dyno", dyno, "-n", "1")
            .exits(0)
            .out()
            .lines()
            .map(line -> line.replaceFirst(".*\\]: ", ""))
            .toList());
  }

  @EachVersion
  void logsAreFollowed(String version) throws Exception {
    String app = app(version, "followed");
    Path out = folder.resolve("tail-" + version);
    Process tail = node.client(version).start(out, "logs", "--tail", "-a", app);
    try {
      eventually("old lines", () -> Files.readString(out).contains("Release v1 created by user"));
      node.process().post("/apps/" + app + "/dynos", "{\"command\": \"echo something new\"}");
      eventually("new lines", () -> Files.readString(out).contains("]: something new\n"));
      assertTrue(tail.isAlive(), "it ended by itself");
    } finally {
      tail.destroy();
      if (!tail.waitFor(10, TimeUnit.SECONDS)) {
        tail.destroyForcibly().waitFor();
      }
    }
  }

  @LatestVersion
  void appsComeAndGo(String version) throws Exception {
    HerokuCli heroku = node.client(version);
    String app = "made-" + version;
    Result made = heroku.run("apps:create", app).exits(0);
    assertTrue(made.said().endsWith("Creating " + app + "... done"), made.said());
    String router = node.process().ready().replaceFirst(".*router [^:]+:(\\d+),.*", "$1");
    String web = "http://" + app + ".localhost:" + router + "/";
    assertTrue(made.out().startsWith(web + " | https://"), made.out());
    Result again = heroku.run("apps:create", app).exits(2);
    assertTrue(
        again.said().endsWith("Name " + app + " is already taken Error ID: invalid_params"),
        again.said());

    List<String> apps = heroku.run("apps").exits(0).out().lines().toList();
    assertEquals("=== " + ME + " Apps", apps.getFirst());
    assertTrue(apps.contains(app), "" + apps);

    List<String> info = heroku.run("apps:info", "-a", app).exits(0).out().lines().toList();
    assertEquals("=== " + app, info.getFirst());
    assertTrue(
        info.containsAll(
            List.of(
                "Auto Cert Mgmt: false",
                "Owner:          " + ME,
                "Region:         us",
                "Repo Size:      0 B",
                "Stack:          heroku-24",
                "Web URL:        " + web)),
        "" + info);

    Result gone = heroku.run("apps:destroy", "-a", app, "--confirm", app).exits(0);
    assertTrue(
        gone.said().endsWith("Destroying " + app + " (including all add-ons)... done"),
        gone.said());
    assertFalse(heroku.run("apps").exits(0).out().lines().toList().contains(app));
    Result lost = heroku.run("apps:info", "-a", app).exits(2);
    assertTrue(lost.said().contains("Couldn't find that app."), lost.said());
  }

  @LatestVersion
  void configVarsMakeReleasesThatCanBeRolledBack(String version) throws Exception {
    HerokuCli heroku = node.client(version);
    String app = app(version, "config");
    node.deploy(app, Map.of("Procfile", "worker: echo $A\n"));
    Result set = heroku.run("config:set", "A=1", "B=x=y", "-a", app).exits(0);
    assertEquals("A: 1\nB: x=y\n", set.out());
    assertTrue(
        set.said().endsWith("Setting A, B and restarting " + app + "... done, v3"), set.said());
    assertEquals("x=y\n", heroku.run("config:get", "B", "-a", app).exits(0).out());
    assertEquals("1\n", heroku.run("run", "worker", "-a", app).exits(0).out());
    Result unset = heroku.run("config:unset", "A", "-a", app).exits(0);
    assertTrue(
        unset.said().endsWith("Unsetting A and restarting " + app + "... done, v4"), unset.said());
    assertEquals(
        "=== " + app + " Config Vars\n\nB: x=y",
        heroku.run("config", "-a", app).exits(0).out().strip());

    List<String> releases =
        heroku.run("releases", "-a", app).exits(0).out().strip().lines().toList();
    assertEquals("=== " + app + " Releases - Current: v4", releases.getFirst());
    List<String> rows =
        releases.stream()
            .filter(line -> line.matches(" +v[0-9]+ +.*"))
            .filter(line -> !line.contains("created_at"))
            .map(line -> line.strip().replaceAll(" +", " "))
            .toList();
    assertEquals(4, rows.size(), "" + releases);
    List<String> changes =
        List.of(
            "v4 Remove A config vars",
            "v3 Set A, B config vars",
            "v2 Deploy [0-9a-f]{8}",
            "v1 Initial release");
    for (int i = 0; i < 4; i++) {
      assertTrue(rows.get(i).matches(changes.get(i) + " " + ME + " [0-9/]{10} .*"), "" + rows);
    }

    String third = heroku.run("releases:info", "v3", "-a", app).exits(0).out();
    assertTrue(third.startsWith("=== Release v3\n"), third);
    assertTrue(third.contains("By: " + " ".repeat(20) + ME), third);
    assertTrue(third.contains("=== v3 Config vars\n\nA: 1\nB: x=y\n"), third);

    Result back = heroku.run("rollback", "v3", "-a", app).exits(0);
    assertTrue(back.said().contains("Rolling back " + app + " to v3... done, v5"), back.said());
    String fifth = heroku.run("releases:info", "-a", app).exits(0).out();
    assertTrue(fifth.startsWith("=== Release v5\n"), fifth);
    assertTrue(fifth.contains("Rollback to v3"), fifth);
    assertEquals("1\n", heroku.run("run", "worker", "-a", app).exits(0).out());
  }

  @LatestVersion
  void theRestAnswers(String version) throws Exception {
    HerokuCli heroku = node.client(version);
    String app = app(version, "rest");
    assertEquals(ME + "\n", heroku.run("auth:whoami").exits(0).out());
    assertEquals(
        "No add-ons for app " + app + ".", heroku.run("addons", "-a", app).exits(0).out().strip());
    assertTrue(heroku.run("access", "-a", app).exits(0).out().matches("(?s).*" + ME + " +owner.*"));
    assertEquals("", heroku.run("drains", "-a", app).exits(0).out());
    assertEquals(
        "=== App Features " + app, heroku.run("features", "-a", app).exits(0).out().strip());
    assertTrue(
        heroku
            .run("domains", "-a", app)
            .exits(0)
            .out()
            .startsWith("=== " + app + " Heroku Domain\n\n" + app + ".localhost"));
  }
}
