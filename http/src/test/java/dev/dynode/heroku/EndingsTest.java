package dev.dynode.heroku;

import static dev.dynode.node.NodeProcess.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.dynode.node.NodeProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Every way a dyno can end, brought about with the real client and real processes, and what {@code
 * dynode explain} says of it. With {@code -Dhistories.record=FOLDER} the histories are exported
 * there: that is how the golden histories were made.
 */
@Timeout(300)
class EndingsTest {
  @TempDir private static Path folder;
  private static NodeProcess node;
  private static HerokuCli heroku;
  private static final Map<String, String> DYNOS = new HashMap<>();

  @BeforeAll
  @Timeout(1500)
  static void live() throws Exception {
    var _ = HerokuPackage.program("v11");
    node =
        NodeProcess.start(
            folder.resolve("data"),
            "dynode.dynos.attach-within = 10 s",
            "dynode.dynos.idle-after = 6 s",
            "dynode.dynos.hangup-every = 1 s",
            "dynode.dynos.grace = 2 s",
            "dynode.dynos.life = 40 s",
            "dynode.host.sample-every = 100 ms",
            "dynode.runtime.limits.disk = 20 MiB",
            "dynode.runtime.limits.disk-every = 100 ms");
    heroku = HerokuCli.of("v11", node, folder);
    heroku.run("apps:create", "demo").exits(0);
    incident();
    Process idle = started("idle", heroku, "cat");
    Process hungUp = started("hung-up", heroku, "sleep 1000");
    Process unheard = started("not-attached", heroku.without("NODE_EXTRA_CA_CERTS"), "bash");
    DYNOS.put("cycled", detached("sleep 1000"));
    DYNOS.put("stopped", detached("trap '' TERM; sleep 1000"));
    DYNOS.put("memory", detached("head -c 1200M /dev/zero | tail | sleep 1000"));
    DYNOS.put("disk", detached("for i in 1 2 3; do head -c 10M /dev/zero > f$i; done; sleep 1000"));
    heroku.run("run", "--exit-code", "-a", "demo", "exit 3").exits(3);
    DYNOS.put("exited", newest());
    running("hung-up");
    hungUp.destroyForcibly().waitFor();
    running("stopped");
    heroku.run("ps:stop", "-a", "demo", "--dyno-name", dyno("stopped")).exits(0);
    DYNOS.put("not-started", ofALostSlug());
    for (String name : List.copyOf(DYNOS.keySet())) {
      ended("demo", dyno(name));
    }
    idle.waitFor();
    unheard.waitFor();
    ended("shop", dyno("ignored-hangup"));
    DYNOS.put("lost", detached("sleep 1000"));
    running("lost");
    NodeProcess.killKeeper(node.data());
    ended("demo", dyno("lost"));
    record();
  }

  @AfterAll
  static void stop() {
    node.close();
  }

  /** A console loses its client; the migration in it traps SIGHUP and is cycled at last. */
  private static void incident() throws Exception {
    heroku.run("apps:create", "shop").exits(0);
    heroku.run("config:set", "DATABASE_URL=postgres://shop:secret@db/shop", "-a", "shop").exits(0);
    Path code = Files.createDirectories(folder.resolve("shop"));
    Files.writeString(code.resolve("Procfile"), "migrate: sh migrate.sh\n");
    Files.writeString(
        code.resolve("migrate.sh"), "trap '' HUP\necho migrating orders\nsleep 1000\n");
    heroku.dynodeRun("deploy", code.toString(), "-a", "shop", "--data", node.data().toString()).exits(0);
    heroku.run("run", "--size", "Huge", "-a", "shop", "migrate");
    Process client =
        heroku.start(folder.resolve("ignored-hangup.txt"), "run", "-a", "shop", "migrate");
    DYNOS.put("ignored-hangup", of("shop"));
    state("shop", dyno("ignored-hangup"), "Started");
    client.destroyForcibly().waitFor();
  }

  private static Process started(String name, HerokuCli with, String command) throws Exception {
    List<String> before = known("demo");
    Process client = with.start(folder.resolve(name + ".txt"), "run", "-a", "demo", command);
    eventually(name + " is there", () -> known("demo").size() > before.size());
    DYNOS.put(
        name, known("demo").stream().filter(dyno -> !before.contains(dyno)).findAny().orElseThrow());
    return client;
  }

  private static List<String> known(String app) throws Exception {
    JsonNode dynos = node.get("/apps/" + app + "/dynos?all=true");
    return dynos.findValuesAsText("name").stream().filter(name -> name.startsWith("run.")).toList();
  }

  private static String of(String app) throws Exception {
    eventually("a dyno of " + app, () -> !known(app).isEmpty());
    return known(app).getFirst();
  }

  private static String detached(String command) throws Exception {
    heroku.run("run:detached", "-a", "demo", command).exits(0);
    return newest();
  }

  /** The one that is in none of the others' places. */
  private static String newest() throws Exception {
    return known("demo").stream()
        .filter(dyno -> !DYNOS.containsValue(dyno))
        .findAny()
        .orElseThrow();
  }

  private static String ofALostSlug() throws Exception {
    heroku.run("apps:create", "lost-slug").exits(0);
    heroku.dynodeRun(
            "deploy",
            folder.resolve("shop").toString(),
            "-a",
            "lost-slug",
            "--data",
            node.data().toString())
        .exits(0);
    return "";
  }

  private static String dyno(String name) {
    return Objects.requireNonNull(DYNOS.get(name), name);
  }

  private static void running(String name) throws Exception {
    state("demo", dyno(name), "Started");
  }

  private static void state(String app, String dyno, String event) throws Exception {
    eventually(dyno + " " + event, () -> node.events(app, dyno).toString().contains(event), 60);
  }

  private static void ended(String app, String dyno) throws Exception {
    state(app, dyno, "Retired");
  }
}
