package dev.dynode.rendezvous;

import static dev.dynode.rendezvous.Caller.GREETING;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dynode.port.AttachDesk.Detached;
import dev.dynode.rendezvous.PipeDesk.Offer;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Bytes between a client and its process, and how a session ends. */
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

  @Test
  void aMarkerTheProgramPrintsStaysWhole() throws Exception {
    String script =
        "head -c 16370 /dev/zero | tr '\\0' x; printf '\\n\\xef'; sleep 0.01; printf"
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
