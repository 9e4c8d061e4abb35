package dev.dynode.cli;

import static dev.dynode.node.NodeProcess.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dynode.node.NodeProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Taking a real node's journal elsewhere and verifying it, with the real command. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Tag("cli")
class ArchiveTest {
  private static final byte[] NOTHING = new byte[0];

  @SuppressWarnings("NullAway.Init")
  private NodeProcess node;

  @SuppressWarnings("NullAway.Init")
  private Path folder;

  private String ended = "";

  @BeforeAll
  void live(@TempDir Path temporary) throws Exception {
    folder = temporary;
    node = NodeProcess.start(folder.resolve("data"));
    node.post("/apps", "{\"name\": \"demo\"}");
    node.post("/apps", "{\"name\": \"other\"}");
    node.json("PATCH", "/apps/demo/config-vars", "{\"KEY\": \"secret\"}");
    ended = run("demo", "exit 3");
    run("other", "sleep 1000");
    eventually(
        "it has ended",
        () -> node.get("/apps/demo/dynos/" + ended).path("state").asText().equals("complete"));
  }

  @AfterAll
  void close() {
    node.close();
  }

  private String run(String app, String command) throws Exception {
    return node.post(
            "/apps/" + app + "/dynos",
            "{\"command\": \"%s\", \"env\": {\"PASSWORD\": \"secret\"}}".formatted(command))
        .path("name")
        .asText();
  }

  private Programs.Result dynode(String... words) throws Exception {
    return Programs.run(
        Programs.dynode(words),
        Map.of(
            "HEROKU_HOST", node.api().toString(),
            "HEROKU_API_KEY", node.token(),
            "HOME", folder.toString()),
        NOTHING);
  }

  private String said(String... words) throws Exception {
    Programs.Result result = dynode(words);
    assertEquals(0, result.exit(), result.err() + result.text());
    return result.text();
  }

  private Path export(String name, String... words) throws Exception {
    Path file = folder.resolve(name);
    Files.deleteIfExists(file);
    List<String> all = new ArrayList<>(List.of("export", "-o", file.toString()));
    all.addAll(List.of(words));
    said(all.toArray(String[]::new));
    return file;
  }

  @Test
  void anExportedDynoIsReplayedWithoutANode() throws Exception {
    Path file = export("dyno.jsonl", "-a", "demo", ended);
    assertFalse(Files.readString(file).contains("\"secret\""));
    String here =
        said("replay", "-a", "demo", ended).replaceAll("(?m)^ +\\S+ \\+\\d+ \\| .*\n", "");
    assertEquals(here, said("replay", "--file", file.toString()));
    assertEquals(
        said("explain", "-a", "demo", ended), said("explain", "--file", file.toString(), ended));
    assertEquals(
        said("replay", "-a", "demo", ended, "--until", "3"),
        said("replay", "--file", file.toString(), "--until", "3"));
    Programs.Result none = dynode("replay", "--file", file.toString(), "run.1");
    assertEquals(1, none.exit());
    assertTrue(none.err().startsWith("Error: There is no dyno run.1 in "), none.err());
  }

  @Test
  void aNodeIsMovedByExportAndImport() throws Exception {
    Path first = export("everything.jsonl", "--everything", "--secrets");
    assertTrue(Files.readString(first).contains("\"secret\""));
    Path data = folder.resolve("moved");
    String imported = said("import", first.toString(), "--data", data.toString());
    assertEquals(
        "%,d events imported, 0 were there already.\n"
            .formatted(Files.readAllLines(first).size() - 2),
        imported);
    assertTrue(
        said("import", first.toString(), "--data", data.toString())
            .startsWith("0 events imported, "));
    assertTrue(said("verify", "--journal", data.toString()).endsWith("nothing diverges.\n"));
    try (NodeProcess moved = NodeProcess.start(data)) {
      assertEquals("secret", moved.get("/apps/demo/config-vars").path("KEY").asText());
      assertEquals("complete", moved.get("/apps/demo/dynos/" + ended).path("state").asText());
      eventually(
          "what runs elsewhere is lost here",
          () -> moved.get("/apps/other/dynos?all=true").at("/0/state").asText().equals("complete"));
      Programs.Result verified =
          Programs.run(
              Programs.dynode("verify"),
              Map.of("HEROKU_HOST", moved.api().toString(), "HEROKU_API_KEY", moved.token()),
              NOTHING);
      assertEquals(0, verified.exit(), verified.text());
    }
    Programs.Result used = dynode("import", first.toString(), "--data", node.data().toString());
    assertEquals(1, used.exit());
    assertTrue(used.err().contains("Another node uses the data folder"), used.err());
  }

  @Test
  void aTamperedFileIsRefused() throws Exception {
    Path file = export("app.jsonl", "-a", "demo");
    List<String> lines = new ArrayList<>(Files.readAllLines(file));
    lines.set(4, lines.get(4).replace("secret", "public").replaceFirst("20..-", "1999-"));
    Files.write(file, lines);
    Path none = folder.resolve("none");
    for (String[] words :
        new String[][] {
          {"import", file.toString(), "--data", none.resolve("data").toString()},
          {"replay", "--file", file.toString()}
        }) {
      Programs.Result refused = dynode(words);
      assertEquals(1, refused.exit());
      assertTrue(
          refused
              .err()
              .contains("Line 5: its hash does not fit: it, or the one before it, was changed."),
          refused.err());
    }
    assertFalse(Files.exists(none), "what a refused import made is taken away");
    Files.createDirectories(none);
    assertEquals(1, dynode("import", file.toString(), "--data", none.toString()).exit());
    assertFalse(Files.exists(none.resolve("journal")));
    Programs.Result unseen = dynode("verify", "--journal", none.toString());
    assertEquals(3, unseen.exit(), "not to be taken for a divergence");
    assertTrue(unseen.err().startsWith("Error: there is no journal in "), unseen.err());
  }

  /** While dynos start and end, what is live is what was journaled. */
  @Test
  void aLiveNodeIsVerified() throws Exception {
    var busy = new AtomicBoolean(true);
    Thread load =
        Thread.ofVirtual()
            .start(
                () -> {
                  while (busy.get()) {
                    try {
                      run("demo", "true");
                    } catch (Exception limit) {
                      Thread.onSpinWait(); // as many as there may be are running
                    }
                  }
                });
    try {
      for (int round = 0; round < 3; round++) {
        assertTrue(said("verify").endsWith("nothing diverges.\n"));
      }
    } finally {
      busy.set(false);
      load.join();
    }
    String lines = said("verify", "--json");
    assertTrue(lines.matches("\\{\"result\":\\{\"events\":\\d+,.*\"divergences\":0}}\n"), lines);
  }

  @Test
  void anAppIsReplayed() throws Exception {
    String text = said("replay", "-a", "demo");
    assertTrue(text.contains(" AppCreated       none → created  by "), text);
    assertTrue(text.matches("(?s).* DynoRequested +v2, \\d dynos? → v2, \\d dynos?  by .*"), text);
    assertTrue(text.matches("(?s).*✔ LaunchDyno .*: over after \\S+ m?s\n.*"), text);
    assertFalse(text.contains("secret"), text);
  }
}
