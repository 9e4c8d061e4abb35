package dev.dynode.edge.attach;

import static dev.dynode.edge.attach.Caller.GREETING;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dynode.port.AttachGateway.Detached;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From the accepted connection to the token, and who is turned away. */
@Tag("unit")
class ArrivalTest {
  @TempDir Path folder;

  @Test
  void aTokenIsGoodOnce() throws Exception {
    try (var stage = new Stage(folder, "")) {
      String token = stage.desk.offer("echo once");
      try (var first = stage.call(token);
          var second = stage.call().send(token + "\n")) {
        assertEquals(GREETING, first.record());
        first.endOfInput();
        assertEquals("once\n", first.rest());
        assertEquals(GREETING, second.record());
        assertEquals("No command waits for this token.\r\n", second.record());
        assertEquals("", second.record());
      }
    }
  }

  @Test
  void whatIsNoTokenIsToldSo() throws Exception {
    try (var stage = new Stage(folder, "")) {
      String word = "x".repeat(257);
      for (String line :
          List.of("unknown\r\n", "\r\n", "\n", "caf\u00e9\n", "a b\n", word + "\n")) {
        try (var caller = stage.call().send(line)) {
          assertEquals(GREETING, caller.record());
          String text = caller.record();
          assertTrue(text.matches("[A-Z][ -~]+\\.\r\n"), text);
          assertEquals("", caller.record());
        }
      }
      try (var caller = stage.call().send("y".repeat(100_000))) { // more than one record, no line
        assertEquals(GREETING, caller.record());
        assertTrue(caller.record().contains("too long"));
        assertEquals("", caller.record());
      }
      awaitNobody(stage);
    }
  }

  @Test
  void aTokenMayHaveAQueryAndComeInPieces() throws Exception {
    try (var stage = new Stage(folder, "")) {
      String token = stage.desk.offer("echo fine");
      try (var caller =
          stage.call().send(token.substring(0, 5)).send(token.substring(5)).send("\r").send("\n")) {
        assertEquals(GREETING, caller.record());
        caller.endOfInput();
        assertEquals("fine\n", caller.rest());
      }
      try (var caller = stage.call(stage.desk.offer("echo fine") + "?a=b")) {
        assertEquals(GREETING, caller.record());
        assertEquals("No command waits for this token.\r\n", caller.rest(), "sent as it came");
      }
    }
  }

  @Test
  void whoSaysNothingIsClosed() throws Exception {
    try (var stage = new Stage(folder, "handshake-timeout = 200ms, token-timeout = 200ms")) {
      try (var noHandshake = new Socket(InetAddress.getLoopbackAddress(), stage.server.port())) {
        noHandshake.setSoTimeout(20_000);
        assertEquals(-1, noHandshake.getInputStream().read());
      }
      try (var noToken = stage.call().send("half a tok")) {
        assertEquals("", noToken.rest());
      }
      awaitNobody(stage);
    }
  }

  @Test
  void aThousandHalfOpenConnectionsStopNobody() throws Exception {
    try (var stage = new Stage(folder, "")) {
      var halfOpen = new ArrayList<Socket>();
      try {
        for (int i = 0; i < 1000; i++) {
          halfOpen.add(new Socket(InetAddress.getLoopbackAddress(), stage.server.port()));
        }
        long start = System.nanoTime();
        try (var caller = stage.call(stage.desk.offer("echo through"))) {
          assertEquals(GREETING, caller.record());
          caller.endOfInput();
          assertEquals("through\n", caller.rest());
        }
        long millis = (System.nanoTime() - start) / 1_000_000;
        assertTrue(millis < 5000, "took " + millis + " ms");
      } finally {
        for (Socket socket : halfOpen) {
          socket.close();
        }
      }
      awaitNobody(stage);
    }
  }

  @Test
  void theOldestWithoutATokenGivesWay() throws Exception {
    try (var stage = new Stage(folder, "max-unauthenticated = 4")) {
      String token = stage.desk.offer("cat");
      try (var attached = stage.call(token)) {
        assertEquals(GREETING, attached.record());
        var halfOpen = new ArrayList<Socket>();
        try {
          for (int i = 0; i < 6; i++) {
            halfOpen.add(new Socket(InetAddress.getLoopbackAddress(), stage.server.port()));
          }
          for (Socket oldest : halfOpen.subList(0, 2)) {
            oldest.setSoTimeout(20_000);
            assertEquals(-1, oldest.getInputStream().read());
          }
          assertEquals(4, stage.server.unauthenticated());
          assertEquals("still here", attached.send("still here").record(), "attached: not counted");
        } finally {
          for (Socket socket : halfOpen) {
            socket.close();
          }
        }
      }
    }
  }

  @Test
  void aFullHostSaysSoAndTheTokenStaysGood() throws Exception {
    try (var stage = new Stage(folder, "max-attached = 1")) {
      String first = stage.desk.offer("cat");
      String second = stage.desk.offer("echo second");
      try (var one = stage.call(first)) {
        assertEquals(GREETING, one.record());
        try (var two = stage.call(second)) {
          assertTrue(two.until("Too many clients").startsWith(GREETING));
        }
      }
      assertEquals(
          Detached.CLIENT_LEFT, stage.desk.joined(first).detached.poll(20, TimeUnit.SECONDS));
      try (var again = stage.call(second)) {
        assertEquals(GREETING, again.record());
        again.endOfInput();
        assertEquals("second\n", again.rest());
      }
    }
  }

  @Test
  void whoDoesNotTrustTheAuthorityStaysOutside() throws Exception {
    try (var stage = new Stage(folder.resolve("one"), "");
        var other = new Stage(folder.resolve("other"), "")) {
      assertThrows(SSLHandshakeException.class, () -> new Caller(other.trust, stage.server.port()));
      awaitNobody(stage);
    }
  }

  private static void awaitNobody(Stage stage) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (stage.server.unauthenticated() + stage.server.attached() > 0) {
      assertTrue(System.nanoTime() < deadline, "connections are left behind");
      TimeUnit.MILLISECONDS.sleep(5);
    }
  }
}
