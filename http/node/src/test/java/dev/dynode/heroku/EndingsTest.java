package dev.dynode.heroku;

import static dev.dynode.node.NodeProcess.eventually;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.fasterxml.jackson.databind.JsonNode;
import dev.dynode.node.NodeProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every way a dyno can end, brought about with the real client and real processes, and what {@code
 * dynode explain} says of it. With {@code -Dhistories.record=FOLDER} the histories are exported
 * there: that is how the golden histories were made.
 */
@Timeout(600)
@Tag("cli")
class EndingsTest {
  @TempDir private static Path folder;
  private static NodeProcess node;
  private static HerokuCli heroku;
  private static final @Nullable String RECORD = System.getProperty("histories.record");
  private static final String LIFE = RECORD == null ? "30 s" : "40 s";
  private static final long PATIENCE_SECONDS = 90;
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
            "dynode.dynos.life = " + LIFE,
            "dynode.host.sample-every = 100 ms",
            "dynode.runtime.limits.disk = 20 MiB",
            "dynode.runtime.limits.disk-every = 100 ms");
    heroku = HerokuCli.of("v11", node, folder);
    heroku.run("apps:create", "demo").exits(0);
    incident();
    Process idle = started("idle", heroku, "cat");
    Process lostClient = started("hung-up", heroku, "sleep 1000");
    running("hung-up");
    lostClient.destroyForcibly().waitFor();
    Process unheard = started("not-attached", heroku.without("NODE_EXTRA_CA_CERTS"), "bash");
    DYNOS.put("cycled", detached("sleep 1000"));
    DYNOS.put("stopped", detached("trap '' TERM; sleep 1000"));
    running("stopped");
    heroku.run("ps:stop", "-a", "demo", "--dyno-name", dyno("stopped")).exits(0);
    DYNOS.put("memory", detached("head -c 1200M /dev/zero | tail | sleep 1000"));
    DYNOS.put("disk", detached("for i in 1 2 3; do head -c 10M /dev/zero > f$i; done; sleep 1000"));
    heroku.run("run", "--exit-code", "-a", "demo", "exit 3").exits(3);
    DYNOS.put("exited", newest());
    for (String name : List.copyOf(DYNOS.keySet())) {
      ended(name);
    }
    DYNOS.put("not-started", ofALostSlug());
    ended("not-started");
    idle.waitFor();
    unheard.waitFor();
    DYNOS.put("lost", detached("sleep 1000"));
    running("lost");
    NodeProcess.killKeeper(node.data());
    ended("lost");
    if (RECORD != null) {
      record(Path.of(RECORD));
    }
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
    heroku
        .dynodeRun("deploy", code.toString(), "-a", "shop", "--data", node.data().toString())
        .exits(0);
    heroku.run("run", "--size", "Huge", "-a", "shop", "migrate");
    Process client =
        heroku.start(folder.resolve("ignored-hangup.txt"), "run", "-a", "shop", "migrate");
    DYNOS.put("ignored-hangup", of("shop"));
    running("ignored-hangup");
    client.destroyForcibly().waitFor();
  }

  private static Process started(String name, HerokuCli with, String command) throws Exception {
    List<String> before = known("demo");
    Process client = with.start(folder.resolve(name + ".txt"), "run", "-a", "demo", command);
    eventually(name + " is there", () -> known("demo").size() > before.size());
    DYNOS.put(
        name,
        known("demo").stream().filter(dyno -> !before.contains(dyno)).findAny().orElseThrow());
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

  /** By the client where it is recorded; else, to save the time of its start, by the API. */
  private static String detached(String command) throws Exception {
    if (RECORD != null) {
      heroku.run("run:detached", "-a", "demo", command).exits(0);
      return newest();
    }
    return node.post("/apps/demo/dynos", "{\"command\": \"" + command + "\"}")
        .path("name")
        .asText();
  }

  /** The one that is in none of the others' places. */
  private static String newest() throws Exception {
    return known("demo").stream()
        .filter(dyno -> !DYNOS.containsValue(dyno))
        .findAny()
        .orElseThrow();
  }

  /** Its files are gone when it is to be started. */
  private static String ofALostSlug() throws Exception {
    heroku.run("apps:create", "broken").exits(0);
    String code = folder.resolve("shop").toString();
    String data = node.data().toString();
    heroku.dynodeRun("deploy", code, "-a", "broken", "--data", data).exits(0);
    String slug = node.get("/apps/broken/releases").findPath("slug").path("id").asText();
    try (Stream<Path> files = Files.walk(node.data().resolve("slugs").resolve(slug))) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
    heroku.run("run:detached", "-a", "broken", "migrate").exits(0);
    return of("broken");
  }

  private static String app(String name) {
    return switch (name) {
      case "ignored-hangup" -> "shop";
      case "not-started" -> "broken";
      default -> "demo";
    };
  }

  private static String dyno(String name) {
    return Objects.requireNonNull(DYNOS.get(name), name);
  }

  private static void running(String name) throws Exception {
    awaitEvent(name, "Started");
  }

  private static void ended(String name) throws Exception {
    awaitEvent(name, "Retired");
  }

  private static void awaitEvent(String name, String event) throws Exception {
    eventually(
        name + " " + event,
        () -> node.events(app(name), dyno(name)).contains(event),
        PATIENCE_SECONDS);
  }

  private static void record(Path target) throws Exception {
    for (String name : DYNOS.keySet()) {
      export(target, name, dyno(name), "-a", app(name));
    }
    export(target, "incident", "-a", "shop");
  }

  private static void export(Path target, String name, String... of) throws Exception {
    Path file = target.resolve(name + ".jsonl");
    Files.deleteIfExists(file);
    List<String> words = new ArrayList<>(List.of("export", "-o", file.toString()));
    words.addAll(List.of(of));
    heroku.dynodeRun(words.toArray(String[]::new)).exits(0);
  }

  private static List<Arguments> causes() {
    return List.of(
        arguments("exited", "It ended by itself at TIME with status 3."),
        arguments(
            "stopped",
            """
            operator@dynode.local stopped it at TIME.
            It was still running 2 s after SIGTERM (R12) and was killed; it ended with status 137."""),
        arguments(
            "hung-up",
            """
            Its client's connection was lost at TIME.
            SIGHUP, sent once, ended it after SPAN with status 129."""),
        arguments(
            "idle",
            """
            Its client was disconnected at TIME: no byte had passed since TIME, longer than 6 s.
            SIGHUP, sent once, ended it after SPAN with status 129."""),
        arguments(
            "ignored-hangup",
            """
            Its client's connection was lost at TIME.
            It ignored SIGHUP, sent 3 times until TIME (R16), and ran on without a client.
            At TIME it had lived LIFE, the longest a one-off dyno may, and was cycled.
            It ended SPAN after SIGTERM with status 143."""),
        arguments(
            "cycled",
            """
            At TIME it had lived LIFE, the longest a one-off dyno may, and was cycled.
            It ended SPAN after SIGTERM with status 143."""),
        arguments(
            "not-attached",
            "No client connected within 10 s (R13), so its command was never started."),
        arguments(
            "memory",
            "It was killed at TIME for its memory: SIZE of 512 MiB (R15). It ended with status 137."),
        arguments(
            "disk",
            "It was killed at TIME for its disk: SIZE of 20 MiB. It ended with status 137."),
        arguments("not-started", "The command could not be started: There is no slug ID."),
        arguments(
            "lost",
            "It was lost at TIME: The keeper of the dyno ended, and the dyno with it. How the"
                + " command ended is not known."));
  }

  @ParameterizedTest
  @MethodSource("causes")
  void theTrueCauseIsTold(String name, String sentences) throws Exception {
    var explained = new StringBuilder();
    node.get("/apps/" + app(name) + "/dynos/" + dyno(name) + "/explanation")
        .path("sentences")
        .forEach(sentence -> explained.append(sentence.asText()).append('\n'));
    String plain =
        explained
            .toString()
            .replaceAll("20\\d\\d-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d UTC", "TIME")
            .replaceAll("(?<=SIGTERM |after |ended )[0-9.]+ m?s(?= after SIGTERM| with)", "SPAN")
            .replaceAll("[0-9]+ MiB of", "SIZE of")
            .replaceAll("[0-9a-f-]{36}", "ID");
    assertTrue(
        plain.contains("\n" + sentences.replace("LIFE", LIFE) + "\nIt lived "),
        () -> name + ": " + explained);
  }

  /** And every history is what the rules make of it. */
  @Test
  void allOfItIsVerified() throws Exception {
    String verified = heroku.dynodeRun("verify").exits(0).out();
    assertTrue(verified.endsWith(": nothing diverges.\n"), verified);
  }
}
