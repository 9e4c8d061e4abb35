package dev.dynode.node;

import static dev.dynode.node.NodeProcess.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.dynode.heroku.HerokuCli;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;

/**
 * Some fifty dynos of all kinds under a node that is killed: detached ones that number their lines,
 * ones that sleep, short ones, ones attached over TLS and by the real {@code heroku}, which obey
 * SIGHUP or trap it. They keep a record of what must be true of each afterwards.
 */
final class MixedDynos {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int SLEEPERS = 20;
  private static final int WRITERS = 15;
  private static final int ATTACHED = 5; // of each kind
  private static final int CLIENTS = 3;
  private static final String COUNT = "i=0; while :; do i=$((i+1)); echo n-$i; sleep 0.05; done";
  private static final String DYNOS = "/apps/demo/dynos";

  private final Random random;
  private final Path folder;
  private final Map<String, Integer> writers = new HashMap<>();
  private final Map<String, Long> sleepers = new HashMap<>();
  private final ConcurrentLinkedQueue<Brief> brief = new ConcurrentLinkedQueue<>();
  private final List<Watched> obedient = new ArrayList<>();
  private final List<Watched> stubborn = new ArrayList<>();

  /** A dyno whose client keeps what it gets, until the connection ends. */
  private record Watched(String dyno, CompletableFuture<String> seen) {}

  /** A dyno that was answered and ends soon. */
  private record Brief(String dyno, String name, boolean attached) {}

  MixedDynos(Random random, Path folder) {
    this.random = random;
    this.folder = folder;
  }

  /** Brings them to their number again. */
  void fill(NodeProcess node, boolean heroku) throws Exception {
    while (sleepers.size() < SLEEPERS) {
      String dyno = run(node, "sleep 100000");
      eventually("it sleeps", () -> pid(node, dyno) > 0);
      sleepers.put(dyno, pid(node, dyno));
    }
    int writing = 0;
    for (String dyno : writers.keySet()) {
      writing += state(node, dyno).equals("up") ? 1 : 0;
    }
    for (; writing < WRITERS; writing++) {
      int lines = 50 + random.nextInt(250);
      String pause = random.nextBoolean() ? "sleep 0.0%d; ".formatted(3 + random.nextInt(4)) : "";
      String command =
          "i=0; while [ $i -lt %d ]; do i=$((i+1)); echo line-$i; %sdone; exit 5"
              .formatted(lines, pause);
      writers.put(run(node, command), lines);
    }
    try (ExecutorService together = Executors.newVirtualThreadPerTaskExecutor()) {
      List<CompletableFuture<Watched>> coming = new ArrayList<>();
      for (int i = 0; i < 2 * ATTACHED; i++) {
        String command = i < ATTACHED ? COUNT : "trap '' HUP; trap 'exit 7' TERM; " + COUNT;
        coming.add(CompletableFuture.supplyAsync(() -> attached(node, command), together));
      }
      for (int i = 0; i < 2 * ATTACHED; i++) {
        (i < ATTACHED ? obedient : stubborn).add(coming.get(i).join());
      }
    }
    if (heroku) {
      obedient.add(byHeroku(node));
    }
  }

  private static Watched attached(NodeProcess node, String command) {
    try {
      JsonNode dyno = post(node, true, command);
      var client = new Dialled(node, dyno);
      client.until("n-3");
      var seen = new CompletableFuture<String>();
      Thread.ofVirtual().start(() -> seen.complete(client.toTheEnd()));
      return new Watched(dyno.path("id").asText(), seen);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private Watched byHeroku(NodeProcess node) throws Exception {
    Path out = Files.createTempFile(folder, "heroku", ".txt");
    List<String> before = live(node);
    Process client =
        HerokuCli.of("v11", node, folder).start(out, "run", "-a", "demo", "--no-tty", COUNT);
    eventually("heroku shows lines", () -> Files.readString(out).contains("n-3"));
    List<String> now = live(node);
    now.removeAll(before);
    assertEquals(1, now.size());
    return new Watched(
        now.getFirst(),
        client
            .onExit()
            .thenApply(
                _ -> {
                  try {
                    return Files.readString(out);
                  } catch (IOException e) {
                    throw new IllegalStateException(e);
                  }
                }));
  }

  /** Brief ones are created by several clients until the node dies, so many milliseconds later. */
  void loadUntilKilled(NodeProcess node, long millis) throws Exception {
    var killed = new AtomicBoolean();
    try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < CLIENTS; i++) {
        var own = new Random(random.nextLong());
        clients.execute(
            () -> {
              while (!killed.get()) {
                briefOne(node, own);
              }
            });
      }
      TimeUnit.MILLISECONDS.sleep(millis); // the random instant
      node.kill();
      killed.set(true);
    }
  }

  private void briefOne(NodeProcess node, Random own) {
    List<String> ends =
        List.of("true", "sleep 0.1", "trap '' HUP TERM; sleep 0.3 & setsid sleep 1");
    boolean attach = own.nextBoolean();
    try {
      HttpResponse<String> answer =
          node.call("POST", DYNOS, body(attach, "echo ran; " + ends.get(own.nextInt(3))));
      if (answer.statusCode() != 201) {
        return; // over the limit
      }
      JsonNode dyno = JSON.readTree(answer.body());
      brief.add(new Brief(dyno.path("id").asText(), dyno.path("name").asText(), attach));
      if (attach && own.nextInt(4) > 0) {
        try (var client = new Dialled(node, dyno)) {
          client.type("x\n");
        }
      }
    } catch (Exception e) {
      // the node was killed
    }
  }

  /** After a kill: whose client was lost obeys or is told off, what was answered has its end. */
  void settle(NodeProcess node) throws Exception {
    for (Watched watched : obedient) {
      eventually("an orphan is hung up", () -> state(node, watched.dyno()).equals("complete"));
      assertEquals(129, look(node, watched.dyno()).path("exit_status").asInt());
      check(node, watched);
    }
    obedient.clear();
    for (Watched watched : stubborn) {
      eventually("R16", () -> node.events("demo", watched.dyno()).contains("HangupIgnored"));
      assertEquals("up", state(node, watched.dyno()));
      node.call("POST", DYNOS + "/" + watched.dyno() + "/actions/stop", null);
    }
    for (Watched watched : stubborn) {
      eventually("it is stopped", () -> state(node, watched.dyno()).equals("complete"));
      assertEquals(7, look(node, watched.dyno()).path("exit_status").asInt());
      check(node, watched);
    }
    stubborn.clear();
    for (Brief one : List.copyOf(brief)) {
      eventually("a short one ends", () -> state(node, one.dyno()).equals("complete"));
    }
  }

  /** What a client got is what was printed, from the beginning, without a gap. */
  private static void check(NodeProcess node, Watched watched) throws Exception {
    String seen = watched.seen().get(30, TimeUnit.SECONDS);
    List<String> lines = seen.lines().filter(line -> line.startsWith("n-")).toList();
    int whole = seen.endsWith("\n") ? lines.size() : lines.size() - 1;
    assertTrue(whole >= 2, seen);
    assertEquals(
        IntStream.rangeClosed(1, whole).mapToObj(n -> "n-" + n).toList(), lines.subList(0, whole));
    List<String> events = node.events("demo", watched.dyno());
    assertEquals(1, Collections.frequency(events, "Started"), events::toString);
    assertEquals(1, Collections.frequency(events, "ClientDetached"), events::toString);
    assertFalse(events.contains("Lost"), events::toString);
  }

  /** Stops what never ends, waits for the rest and compares everything with its record. */
  void finish(NodeProcess node) throws Exception {
    settle(node);
    for (var sleeper : sleepers.entrySet()) {
      assertEquals(sleeper.getValue(), pid(node, sleeper.getKey()));
      assertTrue(ProcessHandle.of(sleeper.getValue()).isPresent(), "a sleeper is gone");
      node.call("POST", DYNOS + "/" + sleeper.getKey() + "/actions/stop", null);
    }
    for (String unanswered : live(node)) { // by clients that died with the node
      if (!writers.containsKey(unanswered)) {
        node.call("POST", DYNOS + "/" + unanswered + "/actions/stop", null);
      }
    }
    eventually("all have ended", () -> live(node).isEmpty(), 120);
    for (String dyno : sleepers.keySet()) {
      int status = look(node, dyno).path("exit_status").asInt();
      assertTrue( // its grace is short
          status == 143 || (status == 137 && node.events("demo", dyno).contains("KillSent")),
          () -> dyno + " ended with " + status);
    }
    List<String> log = node.logLines("demo", 10_000_000);
    for (var writer : writers.entrySet()) {
      JsonNode dyno = look(node, writer.getKey());
      assertEquals(5, dyno.path("exit_status").asInt());
      String source = "app[" + dyno.path("name").asText() + "]: ";
      assertEquals(
          IntStream.rangeClosed(1, writer.getValue()).mapToObj(i -> source + "line-" + i).toList(),
          log.stream().filter(line -> line.startsWith(source)).toList());
      assertEquals(
          List.of("Created", "Placed", "Started", "BecameUp", "Exited", "Retired"),
          node.events("demo", writer.getKey()));
    }
    for (Brief one : brief) {
      List<String> events = node.events("demo", one.dyno());
      assertEquals("Created", events.getFirst());
      assertEquals("Retired", events.getLast());
      assertTrue(Collections.frequency(events, "Started") <= 1, events::toString);
      if (events.contains("Lost")) { // neither its client nor the order to start it lived
        assertFalse(events.contains("Started"), events::toString);
        assertTrue(events.contains("ClientAttached"), events::toString);
      } else {
        assertTrue(look(node, one.dyno()).path("exit_status").isInt());
      }
      long ran = log.stream().filter(("app[" + one.name() + "]: ran")::equals).count();
      assertEquals(one.attached() ? 0 : 1, ran, () -> one + " " + events);
    }
  }

  /** For people: how many there were. */
  String count() {
    return "%d writers, %d sleepers, %d short ones"
        .formatted(writers.size(), sleepers.size(), brief.size());
  }

  private static String body(boolean attach, String command) {
    return "{\"attach\": %s, \"command\": \"%s\"}".formatted(attach, command);
  }

  private static JsonNode post(NodeProcess node, boolean attach, String command) throws Exception {
    return node.post(DYNOS, body(attach, command));
  }

  private static String run(NodeProcess node, String command) throws Exception {
    return post(node, false, command).path("id").asText();
  }

  private static List<String> live(NodeProcess node) throws Exception {
    List<String> live = new ArrayList<>();
    node.get(DYNOS).forEach(dyno -> live.add(dyno.path("id").asText()));
    return live;
  }

  private static JsonNode look(NodeProcess node, String dyno) throws Exception {
    return node.get(DYNOS + "/" + dyno);
  }

  private static String state(NodeProcess node, String dyno) throws Exception {
    return look(node, dyno).path("state").asText();
  }

  /** Process id by the journal; 0 before the start. */
  static long pid(NodeProcess node, String dyno) throws Exception {
    for (JsonNode event : node.get(DYNOS + "/" + dyno + "/events")) {
      if (event.path("type").asText().equals("Started")) {
        return event.path("details").path("pid").asLong();
      }
    }
    return 0;
  }
}
