package dev.dynode.edge.attach;

import static dev.dynode.edge.attach.Caller.GREETING;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dynode.edge.attach.PipeDesk.Offer;
import dev.dynode.port.AttachGateway.Detached;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CodingErrorAction;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Bytes between a client and its process, and how a session ends. */
@Tag("unit")
class SessionTest {
  @TempDir Path folder;
  private Stage stage;

  @BeforeEach
  void open() throws Exception {
    stage = new Stage(folder.resolve("tls"), "");
  }

  @AfterEach
  void close() {
    stage.close();
  }

  @Test
  void theGreetingIsARecordOfItsOwn() throws Exception {
    for (int round = 0; round < 50; round++) {
      try (var caller = stage.call(stage.desk.offer("echo at once"))) {
        assertEquals(GREETING, caller.record());
        caller.endOfInput();
        assertEquals("at once\n", caller.rest());
      }
    }
  }

  @Test
  void theExitStatusIsTheLastRecord() throws Exception {
    String token = stage.desk.offer(new Offer("printf 'no line end'; exit 3").markingExit());
    try (var caller = stage.call(token)) {
      assertEquals(GREETING, caller.record());
      caller.endOfInput();
      assertEquals("no line end", caller.record());
      assertEquals("\uFFFF heroku-command-exit-status: 3\r\n", caller.record());
      assertEquals("", caller.record());
    }
    assertEnd(token, Detached.PROCESS_ENDED);
  }

  /** Of a command that was not sent by heroku run -x, but prints what that looks for. */
  @Test
  void aMarkerTheCommandHasInItStaysWhole() throws Exception {
    String script =
        "# heroku-command-exit-status\nhead -c 16370 /dev/zero | tr '\\0' x; printf '\\n\\xef'; sleep 0.01; printf"
            + " '\\xbf\\xbf heroku-command-exit'; sleep 0.01; echo -status: 7; printf"
            + " 'tail\\xef\\xbf'";
    try (var patient = new Stage(folder.resolve("patient"), "marker-hold = 20s");
        var caller = patient.call(patient.desk.offer(script))) {
      assertEquals(GREETING, caller.record());
      caller.endOfInput();
      String record = caller.record();
      while (!record.contains("\uFFFF")) {
        record = caller.record();
      }
      assertTrue(record.contains("\uFFFF heroku-command-exit-status: 7\n"), record);
      assertTrue((record + caller.rest()).contains("tail"), "held bytes are sent at the end");
    }
  }

  /** What the heroku command looks for in each record. */
  private static final Pattern MARKER =
      Pattern.compile("\uFFFF heroku-command-exit-status: (\\d+)");

  @Test
  void noMarkerOfTheProgramsOwnIsOneAndNoByteIsChanged() throws Exception {
    long seed = Long.getLong("seed", System.nanoTime());
    var random = new Random(seed);
    byte[] line = "\uFFFF heroku-command-exit-status: 42\r\n".getBytes(UTF_8);
    var printed = new ByteArrayOutputStream();
    for (int i = 0; i < 400; i++) {
      printed.write("x".repeat(random.nextInt(300)).getBytes(UTF_8));
      printed.write(0xEF);
      printed.write(0xBF);
      printed.write(random.nextBoolean() ? 0xBF : 0xBE);
      printed.write(line, random.nextInt(4), line.length - 3);
      printed.write(line);
    }
    Path file = folder.resolve("printed");
    Files.write(file, printed.toByteArray());
    // Read as one, so that every reading ends within a character, and through an edge.
    for (String script :
        List.of(
            "cat " + file, "dd status=none bs=1 count=3000 if=" + file, ": edge; cat " + file)) {
      String token = stage.desk.offer(new Offer(script + "; exit 6").markingExit());
      try (var caller = script.contains("edge") ? stage.callEdge(token) : stage.call(token)) {
        assertEquals(GREETING, caller.record());
        caller.endOfInput();
        var decoder = UTF_8.newDecoder().onMalformedInput(CodingErrorAction.REPLACE);
        var held = ByteBuffer.allocate(64 * 1024);
        var all = new ByteArrayOutputStream();
        var found = new ArrayList<String>();
        for (byte[] record = caller.bytes(); record.length > 0; record = caller.bytes()) {
          all.write(record);
          var chars = CharBuffer.allocate(record.length + 8);
          held.put(record).flip();
          decoder.decode(held, chars, false); // as Node's setEncoding("utf8") does
          held.compact();
          var marker = MARKER.matcher(chars.flip());
          while (marker.find()) {
            found.add(marker.group(1));
          }
        }
        assertEquals(List.of("6"), found, "-Dseed=" + seed);
        byte[] marked = "\uFFFF heroku-command-exit-status: 6\r\n".getBytes(UTF_8);
        int length = all.size() - marked.length;
        assertArrayEquals(
            Arrays.copyOf(printed.toByteArray(), length),
            Arrays.copyOf(all.toByteArray(), length),
            "-Dseed=" + seed);
      }
    }
  }

  @Test
  void sixtyFourMebibytesArriveUnchanged() throws Exception {
    long seed = Long.getLong("seed", System.nanoTime());
    byte[] data = new byte[64 << 20];
    new Random(seed).nextBytes(data);
    Path file = folder.resolve("data");
    Files.write(file, data);
    try (var caller = stage.call(stage.desk.offer("cat " + file))) {
      assertEquals(GREETING, caller.record());
      caller.endOfInput();
      var digest = MessageDigest.getInstance("SHA-256");
      long length;
      try (var in = new DigestInputStream(caller.input(), digest)) {
        length = in.transferTo(OutputStream.nullOutputStream());
      }
      assertEquals(data.length, length);
      assertEquals(sha256(data), HexFormat.of().formatHex(digest.digest()), "seed " + seed);
    }
  }

  @Test
  void tenMebibytesGoInAndALoneFourEndsThem() throws Exception {
    long seed = Long.getLong("seed", System.nanoTime());
    byte[] data = new byte[10 << 20];
    new Random(seed).nextBytes(data);
    String token = stage.desk.offer("sha256sum");
    try (var caller = stage.call(token)) {
      assertEquals(GREETING, caller.record());
      caller.send(data).endOfInput();
      assertEquals(sha256(data) + "  -\n", caller.rest(), "seed " + seed);
    }
    assertEnd(token, Detached.PROCESS_ENDED);
  }

  @Test
  void aFourAmongOtherBytesIsData() throws Exception {
    try (var caller = stage.call(stage.desk.offer("od -An -tx1"))) {
      assertEquals(GREETING, caller.record());
      caller.send("a\004").send("\004b").endOfInput();
      assertEquals(" 61 04 04 62\n", caller.rest());
    }
  }

  @Test
  void onATerminalAFourIsPassedOn() throws Exception {
    String token = stage.desk.offer(new Offer("head -c 3 | od -An -tx1").onTerminal());
    try (var caller = stage.call(token)) {
      assertEquals(GREETING, caller.record());
      caller.endOfInput().send("ab");
      assertEquals(" 04 61 62\n", caller.rest());
    }
  }

  @Test
  void whatCameWithTheTokenIsInput() throws Exception {
    String token = stage.desk.offer("cat");
    try (var caller = stage.call().send(token + "\nearly ")) {
      assertEquals(GREETING, caller.record());
      caller.send("late").endOfInput();
      assertEquals("early late", caller.rest());
    }
  }

  @Test
  void inputNobodyReadsIsThrownAway() throws Exception {
    String token = stage.desk.offer("head -c 5");
    try (var caller = stage.call(token)) {
      assertEquals(GREETING, caller.record());
      for (int i = 0; i < 48; i++) {
        caller.send("x".repeat(64 * 1024));
      }
      caller.endOfInput();
      assertEquals("xxxxx", caller.rest());
    }
    assertEnd(token, Detached.PROCESS_ENDED);
  }

  /** Sends until the connection ends; as another machine would, on no thread that ours wait for. */
  private static Thread endless(Caller caller, int size) {
    return Thread.ofPlatform()
        .daemon()
        .start(
            () -> {
              try {
                while (true) {
                  caller.send("y".repeat(size));
                }
              } catch (IOException e) {
                // the server has closed
              }
            });
  }

  @Test
  void inputWithoutEndDoesNotHoldTheConnection() throws Exception {
    record Kind(String of, Offer offer, String line, int size) {}
    var offer = new Offer("head -c 5; echo");
    for (Kind kind :
        List.of(
            new Kind("pipes", offer, "", 8192),
            new Kind("a terminal", offer.onTerminal(), "", 8192),
            new Kind("small pieces", offer, "", 300),
            new Kind("our own client", offer, "?half-close", 8192),
            new Kind("an edge", offer, "", 8192),
            new Kind("our own client, an edge", offer, "?half-close", 8192))) {
      String token = stage.desk.offer(kind.offer());
      String line = token + kind.line();
      try (var caller = kind.of().contains("edge") ? stage.callEdge(line) : stage.call(line)) {
        assertEquals(GREETING, caller.record());
        long start = System.nanoTime();
        Thread sending = endless(caller, kind.size());
        assertEquals("yyyyy\n", caller.rest(), kind.of());
        long millis = (System.nanoTime() - start) / 1_000_000;
        System.out.println(kind.of() + ": closed after " + millis + " ms");
        assertTrue(millis < 5000, kind.of() + ": closed after " + millis + " ms");
        caller.cut();
        sending.join();
      }
      assertEnd(token, Detached.PROCESS_ENDED);
    }
  }

  @Test
  void outputArrivesWholeWhileInputComesWithoutEnd() throws Exception {
    String token = stage.desk.offer("head -c 3000000 /dev/zero; head -c 5");
    try (var caller = stage.call(token)) {
      assertEquals(GREETING, caller.record());
      Thread sending = endless(caller, 8192);
      // Reads so slowly that much is on its way when the program has ended.
      long read = 0;
      byte[] buffer = new byte[50_000];
      long slow = System.nanoTime() + Duration.ofSeconds(5).toNanos();
      var in = caller.input();
      for (int n; (n = in.readNBytes(buffer, 0, buffer.length)) > 0; read += n) {
        if (System.nanoTime() < slow) {
          Thread.sleep(100);
        }
      }
      assertEquals(3_000_005, read);
      caller.cut();
      sending.join();
    }
    assertEnd(token, Detached.PROCESS_ENDED);
  }

  @Test
  void inputAfterTheEndIsNoSignOfLifeOfAClientThatNeverReads() throws Exception {
    // Fills the connection, and what the pipe still holds stays there when it ends.
    String script = "cat /dev/zero & sleep 2; kill $!";
    String token = stage.desk.offer(new Offer(script).idleAfter(Duration.ofMillis(500)));
    try (var caller = stage.call(token)) {
      Thread sending = endless(caller, 8192);
      var joined = stage.desk.joined(token);
      joined.process.exit().toCompletableFuture().get(20, TimeUnit.SECONDS);
      joined.idle.clear();
      assertTrue(joined.idle.poll(20, TimeUnit.SECONDS) != null, "it counts as alive for ever");
      caller.cut();
      sending.join();
    }
  }

  @Test
  void aHalfCloseEndsTheInputOfOurOwnClient() throws Exception {
    String token = stage.desk.offer("od -An -tx1; echo done");
    try (var caller = stage.call(token + "?half-close")) {
      assertEquals(GREETING, caller.record());
      caller.endOfInput().send("z").halfClose();
      assertEquals(" 04 7a\ndone\n", caller.rest());
    }
    assertEnd(token, Detached.PROCESS_ENDED);
  }

  @Test
  void aCutLineIsADepartureEvenForOurOwnClient() throws Exception {
    String token = stage.desk.offer("cat; echo done; sleep 60");
    try (var caller = stage.call(token + "?half-close")) {
      assertEquals(GREETING, caller.record());
      caller.cut();
    }
    assertEnd(token, Detached.CLIENT_LEFT);
  }

  @Test
  void aResetIsADeparture() throws Exception {
    String token = stage.desk.offer("sleep 60");
    try (var caller = stage.call(token)) {
      assertEquals(GREETING, caller.record());
      caller.reset();
    }
    assertEnd(token, Detached.CLIENT_LEFT);
  }

  @Test
  void aClosingClientDepartsAndTheProgramGoesOn() throws Exception {
    Path file = folder.resolve("end");
    String token =
        stage.desk.offer(
            "head -c 3000000 /dev/zero; read; head -c 3000000 /dev/zero; echo > " + file);
    try (var caller = stage.call(token)) {
      assertEquals(GREETING, caller.record());
    }
    assertEnd(token, Detached.CLIENT_LEFT);
    var process = stage.desk.joined(token).process;
    process.write("\n".getBytes(java.nio.charset.StandardCharsets.UTF_8), 0, 1);
    process.exit().toCompletableFuture().get(20, TimeUnit.SECONDS);
    assertTrue(Files.exists(file), "the program never blocks on a client that left");
  }

  @Test
  void theConnectionOutlivesAShortProcess() throws Exception {
    String token = stage.desk.offer("true");
    long start = System.nanoTime();
    try (var caller = stage.call(token)) {
      assertEquals(GREETING, caller.record());
      assertEquals("", caller.rest());
      long millis = (System.nanoTime() - start) / 1_000_000;
      assertTrue(millis >= 950, "closed after " + millis + " ms");
    }
    assertEnd(token, Detached.PROCESS_ENDED);
  }

  @Test
  void silenceInBothDirectionsIsReported() throws Exception {
    var offer = new Offer("cat").idleAfter(Duration.ofMillis(400));
    String token = stage.desk.offer(offer);
    try (var caller = stage.call(token)) {
      assertEquals(GREETING, caller.record());
      var joined = stage.desk.joined(token);
      Instant lastSent = Instant.now();
      for (int i = 0; i < 12; i++) { // 600 ms of traffic with gaps well under the limit
        assertNull(joined.idle.poll(50, TimeUnit.MILLISECONDS), "bytes were moving");
        lastSent = Instant.now();
        caller.send("a");
        assertEquals("a", caller.record());
      }
      Instant first = joined.idle.poll(20, TimeUnit.SECONDS);
      Instant reported = Instant.now();
      assertTrue(first != null && !first.isBefore(lastSent.minusMillis(5)), first + " " + lastSent);
      assertTrue(!reported.isBefore(first.plusMillis(395)), first + " " + reported);
      Instant second = joined.idle.poll(20, TimeUnit.SECONDS);
      assertTrue(second != null && Duration.between(first, second).abs().toMillis() < 50);
      assertTrue(!Instant.now().isBefore(reported.plusMillis(350)), "only after another time");
    }
    assertEnd(token, Detached.CLIENT_LEFT);
  }

  @Test
  void aClientIsHungUpOnWithAReason() throws Exception {
    String token = stage.desk.offer("cat");
    try (var caller = stage.call(token)) {
      assertEquals(GREETING, caller.record());
      var client = stage.desk.joined(token).client;
      client.hangUp("Idle for an hour.");
      client.hangUp("Never said.");
      assertEquals("\r\nIdle for an hour.\r\n", caller.rest());
    }
    assertEnd(token, Detached.HUNG_UP);
  }

  @Test
  void aClientThatNeverReadsHoldsUpNobody() throws Exception {
    var offer = new Offer("yes").idleAfter(Duration.ofMillis(300));
    String token = stage.desk.offer(offer);
    try (var stuck = stage.call(token)) {
      var joined = stage.desk.joined(token);
      assertTrue(joined.idle.poll(20, TimeUnit.SECONDS) != null, "no byte moves any more");
      try (var other = stage.call(stage.desk.offer("echo fine"))) {
        assertEquals(GREETING, other.record());
        other.endOfInput();
        assertEquals("fine\n", other.rest());
      }
      joined.client.hangUp("You do not read.");
      assertEnd(token, Detached.HUNG_UP);
      assertEquals(GREETING, stuck.record());
    }
  }

  @Test
  void closingTheServerHangsUpOnEverybody() throws Exception {
    String token = stage.desk.offer("cat");
    try (var caller = stage.call(token)) {
      assertEquals(GREETING, caller.record());
      var closing = Thread.ofVirtual().start(stage.server::close);
      assertEquals("\r\nThis host is shutting down.\r\n", caller.rest());
      caller.cut();
      assertTrue(closing.join(Duration.ofSeconds(20)));
    }
    assertEnd(token, Detached.HUNG_UP);
  }

  private void assertEnd(String token, Detached reason) throws Exception {
    var joined = stage.desk.joined(token);
    assertEquals(reason, joined.detached.poll(20, TimeUnit.SECONDS));
    assertTrue(joined.detached.isEmpty(), "told once");
  }

  private static String sha256(byte[] data) throws Exception {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(data));
  }
}
