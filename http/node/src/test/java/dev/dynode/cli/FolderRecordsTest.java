package dev.dynode.cli;

import static dev.dynode.node.NodeProcess.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.dynode.cli.client.ApiClient;
import dev.dynode.cli.client.Moment;
import dev.dynode.cli.client.NodeAddress;
import dev.dynode.cli.client.NodeRecords;
import dev.dynode.cli.client.Records;
import dev.dynode.cli.client.Story;
import dev.dynode.cli.failure.ApiError;
import dev.dynode.cli.failure.CommandFailed;
import dev.dynode.node.NodeProcess;
import dev.dynode.offline.FolderRecords;
import dev.dynode.store.DataFolder;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The folder of a node that was killed tells what the node told, and none is started for it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Tag("cli")
class FolderRecordsTest {
  private static final byte[] NOTHING = new byte[0];
  private static final String LISTED = "ps --all";

  private final Map<String, List<JsonNode>> told = new TreeMap<>();
  private final List<String> printed = new ArrayList<>();
  private Path data = Path.of("");
  private String ended = "";
  private String running = "";
  private String listed = "";
  private Instant then = Instant.EPOCH;

  @BeforeAll
  void liveAndDie(@TempDir Path folder) throws Exception {
    data = folder.resolve("data");
    try (NodeProcess node = NodeProcess.start(data, "dynode.apps.one-off-limits.standard = 1")) {
      node.post("/apps", "{\"name\": \"demo\"}");
      node.post("/apps", "{\"name\": \"another\"}");
      ended = run(node, "echo one; echo two; exit 3");
      eventually("it has ended", () -> state(node, ended).equals("complete"));
      then = Instant.now();
      running = run(node, "sleep 1000");
      eventually("it runs", () -> state(node, running).equals("up"));
      assertEquals(
          422, node.call("POST", "/apps/demo/dynos", "{\"command\": \"true\"}").statusCode());
      try (Records records =
          new NodeRecords(new ApiClient(NodeAddress.running(data).orElseThrow()))) {
        all(records, told);
        records.log("demo", new Records.LogWish(1_500, null, null), printed::add);
      }
      listed = dynode(LISTED).text();
      node.kill();
    }
  }

  @AfterAll
  void close() throws IOException {
    NodeProcess.killKeeper(data);
  }

  private static String run(NodeProcess node, String command) throws Exception {
    return node.post("/apps/demo/dynos", "{\"command\": \"%s\"}".formatted(command))
        .path("name")
        .asText();
  }

  private static String state(NodeProcess node, String dyno) throws Exception {
    return node.get("/apps/demo/dynos/" + dyno).path("state").asText();
  }

  private Programs.Result dynode(String words) throws Exception {
    var command = new ArrayList<>(Programs.dynode(words.split(" ", -1)));
    command.addAll(List.of("-a", "demo", "--data", data.toString()));
    return Programs.run(command, Map.of(), NOTHING);
  }

  /** Everything there is to be read. */
  private void all(Records from, Map<String, List<JsonNode>> into) {
    into.put("dynos", from.dynos("demo", true));
    into.put("live dynos", from.dynos("demo", false));
    into.put("state then", List.of(from.state("demo", new Moment(then.toString()))));
    into.put("state after 5", List.of(from.state("demo", new Moment("5"))));
    into.put("state after 1", List.of(from.state("demo", new Moment("1"))));
    String id = from.dynos("demo", true).getFirst().path("id").asText();
    for (@Nullable String dyno : Arrays.asList(ended, running, id, null)) {
      Story story = from.story("demo", dyno);
      String of = dyno == null ? "the app" : dyno.equals(id) ? "by id" : dyno;
      into.put("events of " + of, story.events(true).toList());
      into.put("output of " + of, story.output());
      into.put("explanation of " + of, List.of(story.explanation()));
      into.put("state of " + of + " after 2", List.of(story.state(new Moment("2"))));
      into.put("state of " + of + " then", List.of(story.state(new Moment(then.toString()))));
    }
  }

  private FolderRecords folder() {
    return FolderRecords.open(data);
  }

  @Test
  void itTellsWhatItsNodeTold() {
    var here = new TreeMap<String, List<JsonNode>>();
    List<String> lines = new ArrayList<>();
    try (Records records = folder()) {
      all(records, here);
      assertEquals(List.of("another", "demo"), records.apps());
      records.log("demo", new Records.LogWish(1_500, null, null), lines::add);
      assertEquals(printed, lines);
      lines.clear();
      records.log("demo", new Records.LogWish(1, ended, "app"), lines::add);
      assertEquals(1, lines.size());
      assertTrue(lines.getFirst().endsWith(": two"), lines.toString());
    }
    assertEquals(told.keySet(), here.keySet());
    told.forEach(
        (what, of) -> assertEquals(text(of), text(here.getOrDefault(what, List.of())), what));
  }

  private static String text(List<JsonNode> told) {
    return told.stream().map(JsonNode::toString).collect(Collectors.joining("\n"));
  }

  @Test
  void commandsReadItWithoutANodeAndLeaveItAsItIs() throws Exception {
    Map<String, String> before = files();
    Programs.Result result = dynode(LISTED);
    assertEquals(0, result.exit(), result.err());
    assertEquals(listed, result.text());
    assertTrue(
        result.err().startsWith("No node runs on " + data + "; this is by its journal, which ends"),
        result.err());
    assertEquals(0, dynode("explain " + ended).exit());
    Programs.Result verified = dynode0("verify", "--data", data.toString());
    assertEquals(0, verified.exit(), verified.err());
    assertTrue(verified.text().endsWith(": nothing diverges.\n"), verified.text());
    Programs.Result none = dynode("events run.1");
    assertEquals(1, none.exit());
    assertEquals("Error: Couldn't find that dyno. (not_found)\n", none.err());
    assertEquals(before, files());
  }

  /** With and without a node. */
  @Test
  void whatWasArchivedIsToldAsBefore(@TempDir Path other) throws Exception {
    Path copy = other.resolve("data");
    copy(data.resolve("journal"), copy.resolve("journal"));
    copy(data.resolve("logs"), copy.resolve("logs"));
    String before = Instant.now().plusSeconds(60).toString();
    Programs.Result moved = dynode0("archive", "--before", before, "--data", copy.toString());
    assertEquals(0, moved.exit(), moved.err());
    assertTrue(moved.text().contains(" of 1 dynos and 0 deleted apps "), moved.text());
    assertTrue(moved.text().endsWith("000001.jsonl.gz\n"), moved.text());
    var here = new TreeMap<String, List<JsonNode>>();
    try (Records records = FolderRecords.open(copy)) {
      all(records, here);
    }
    told.forEach(
        (what, of) -> assertEquals(text(of), text(here.getOrDefault(what, List.of())), what));
    Programs.Result verified = dynode0("verify", "--data", copy.toString());
    assertEquals(0, verified.exit(), verified.text() + verified.err());
    try (NodeProcess _ = NodeProcess.start(copy)) {
      Programs.Result busy = dynode0("archive", "--before", before, "--data", copy.toString());
      assertEquals(1, busy.exit());
      assertTrue(busy.err().contains(": stop it first; its dynos go on"), busy.err());
      try (Records records =
          new NodeRecords(new ApiClient(NodeAddress.running(copy).orElseThrow()))) {
        Story story = records.story("demo", ended);
        String what = "events of " + ended;
        assertEquals(text(told.getOrDefault(what, List.of())), text(story.events(true).toList()));
      }
      Programs.Result live = dynode0("verify", "--data", copy.toString());
      assertEquals(0, live.exit(), live.text() + live.err());
    } finally {
      NodeProcess.killKeeper(copy);
    }
    Programs.Result wrong = dynode0("archive", "--before", "17", "--data", copy.toString());
    assertEquals(2, wrong.exit(), wrong.err());
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> all = Files.walk(from)) {
      for (Path path : (Iterable<Path>) all::iterator) {
        Path there = to.resolve(from.relativize(path).toString());
        if (Files.isDirectory(path)) {
          Files.createDirectories(there);
        } else {
          Files.copy(path, there);
        }
      }
    }
  }

  /** Every file of the folder and its time, but what the dyno that lives on may write. */
  private Map<String, String> files() throws IOException {
    var files = new TreeMap<String, String>();
    try (Stream<Path> all = Files.walk(data)) {
      for (Path file : (Iterable<Path>) all.filter(Files::isRegularFile)::iterator) {
        String name = data.relativize(file).toString();
        if (!name.startsWith("dynos/") && !name.startsWith("keeper/")) {
          files.put(name, Files.size(file) + " " + Files.getLastModifiedTime(file));
        }
      }
    }
    return files;
  }

  private static Programs.Result dynode0(String... words) throws Exception {
    return Programs.run(Programs.dynode(words), Map.of(), NOTHING);
  }

  /** A node that starts or ends holds the folder and does not answer: its journal is not read. */
  @Test
  void aFolderThatIsHeldIsNotRead(@TempDir Path other) throws Exception {
    Path lock = Files.createFile(other.resolve("node.lock"));
    Files.createDirectories(other.resolve("journal"));
    try (FileChannel channel = FileChannel.open(lock, StandardOpenOption.WRITE);
        var held = channel.lock()) {
      assertTrue(held.isValid());
      assertTrue(DataFolder.held(other));
    }
    assertFalse(DataFolder.held(other));
    assertFalse(DataFolder.held(other.resolve("none")));
  }

  @Test
  void whatIsNotThereIsSaid() {
    try (Records records = folder()) {
      assertEquals(
          "Couldn't find that app.",
          assertThrows(ApiError.class, () -> records.dynos("none", true)).getMessage());
      String early =
          String.valueOf(
              assertThrows(
                      ApiError.class,
                      () -> records.state("demo", new Moment("2020-01-01T00:00:00Z")))
                  .getMessage());
      assertTrue(early.startsWith("The app did not exist yet: it was created at 20"), early);
    }
  }

  @Test
  void aFolderThatWasImportedIntoADatabaseIsNotRead(@TempDir Path other) throws Exception {
    Files.writeString(other.resolve("imported"), "2026-11-27T00:00:00Z\n");
    String why =
        String.valueOf(
            assertThrows(CommandFailed.class, () -> FolderRecords.open(other)).getMessage());
    assertTrue(why.contains("was imported into a database"), why);
  }
}
