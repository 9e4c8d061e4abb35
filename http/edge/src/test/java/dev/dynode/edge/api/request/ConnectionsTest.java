package dev.dynode.edge.api.request;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.fasterxml.jackson.databind.JsonNode;
import dev.dynode.edge.api.request.ApiServer.Reply;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.LoggerFactory;

/** What a client may do to the server that has no token, or no manners. */
@Timeout(600)
@Isolated("listens to all that is logged")
@Tag("unit")
class ConnectionsTest {
  private static final int OTHER_ADDRESS = 2;

  /** A client by hand. */
  private record Client(Socket socket) implements AutoCloseable {
    /**
     * @param last byte of the client's address, after 127.0.0
     */
    static Client from(int last, ApiServer api) throws IOException {
      var address = InetAddress.getByAddress(new byte[] {127, 0, 0, (byte) last});
      var socket =
          new Socket(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), api.port(), address, 0);
      socket.setSoTimeout(60_000);
      return new Client(socket);
    }

    static Client to(ApiServer api) throws IOException {
      return from(1, api);
    }

    void send(String text) throws IOException {
      socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
      socket.getOutputStream().flush();
    }

    /** A whole request with its token, and the status of its answer. */
    int account(ApiServer api) throws IOException {
      send(
          "GET /account HTTP/1.1\r\nHost: x\r\nAccept: "
              + ApiServer.ACCEPT
              + "\r\nAuthorization: Bearer "
              + api.token
              + "\r\n\r\n");
      return answer().status();
    }

    record Answer(int status, String head, String body) {}

    Answer answer() throws IOException {
      InputStream in = socket.getInputStream();
      var head = new StringBuilder();
      while (head.indexOf("\r\n\r\n") < 0) {
        int next = in.read();
        if (next < 0) {
          throw new IOException("closed after " + head);
        }
        head.append((char) next);
      }
      String length = head.toString().replaceFirst("(?s).*Content-Length: (\\d+).*", "$1");
      return new Answer(
          Integer.parseInt(head.substring("HTTP/1.1 ".length(), "HTTP/1.1 200".length())),
          head.toString(),
          new String(in.readNBytes(Integer.parseInt(length)), StandardCharsets.UTF_8));
    }

    /** Sends one byte after the other until the server has closed, which it must. */
    void trickleUntilClosed() throws IOException {
      socket.setSoTimeout(20);
      while (true) {
        try {
          send("x");
          if (socket.getInputStream().read() < 0) {
            return;
          }
        } catch (SocketTimeoutException goingOn) {
          // it takes the next byte
        } catch (SocketException closed) {
          return;
        }
      }
    }

    boolean isOpen() throws IOException {
      socket.setSoTimeout(1);
      try {
        return socket.getInputStream().read() >= 0;
      } catch (SocketTimeoutException silent) {
        return true;
      } catch (SocketException reset) {
        return false;
      } finally {
        socket.setSoTimeout(60_000);
      }
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }

  private static List<Client> slow(int number, int address, ApiServer api) throws IOException {
    var clients = new ArrayList<Client>();
    for (int i = 0; i < number; i++) {
      clients.add(Client.from(address, api));
      clients.getLast().send("GET /account HTTP/1.1\r\nX-Slow: ");
    }
    return clients;
  }

  private static void close(List<Client> clients) throws IOException {
    for (Client client : clients) {
      client.close();
    }
  }

  @Test
  void manySlowConnectionsNeitherStopTheServerNorEndWhatShowedAToken(@TempDir Path folder)
      throws Exception {
    try (var api =
            new ApiServer(
                folder,
                "dynode.api { max-connections = 40, max-connections-per-address = 40, head-timeout ="
                    + " 1h }");
        var known = Client.to(api)) {
      assertEquals(200, known.account(api));
      List<Client> slow = slow(200, 1, api);
      for (int i = 0; i < 50; i++) {
        try (var fresh = Client.to(api)) {
          assertEquals(200, fresh.account(api));
        }
      }
      assertEquals(200, known.account(api));
      int open = 0;
      for (Client client : slow) {
        open += client.isOpen() ? 1 : 0;
      }
      assertTrue(open <= 40, open + " slow ones are open");
      close(slow);
    }
  }

  @Test
  void anAddressTakesNoMoreThanItsShare(@TempDir Path folder) throws Exception {
    try (var api =
            new ApiServer(
                folder,
                "dynode.api { max-connections = 60, max-connections-per-address = 40, head-timeout ="
                    + " 1h }");
        var silent = Client.to(api)) {
      List<Client> slow = slow(200, OTHER_ADDRESS, api);
      for (int i = 0; i < 50; i++) {
        try (var fresh = Client.to(api)) {
          assertEquals(200, fresh.account(api));
        }
      }
      assertEquals(200, silent.account(api));
      close(slow);
    }
  }

  @Test
  void aHeadHasItsTimeHoweverOftenAByteComes(@TempDir Path folder) throws Exception {
    try (var api = new ApiServer(folder, "dynode.api { head-timeout = 500ms, idle-timeout = 1h }");
        var idle = Client.to(api);
        var first = Client.to(api)) {
      assertEquals(200, idle.account(api));
      first.send("GET /account HTTP/1.1\r\nX-Slow: ");
      first.trickleUntilClosed();
      try (var second = Client.to(api);
          var body = Client.to(api)) {
        assertEquals(200, second.account(api));
        second.send("GET /account HTTP/1.1\r\nX-Slow: ");
        body.send("POST /apps HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n{");
        assertEquals(401, body.answer().status());
        second.trickleUntilClosed();
        body.trickleUntilClosed();
      }
      assertEquals(200, idle.account(api), "who is idle between requests has longer");
    }
  }

  @Test
  void whoIsIdleForTooLongIsClosed(@TempDir Path folder) throws Exception {
    try (var api = new ApiServer(folder, "dynode.api { head-timeout = 1h, idle-timeout = 300ms }");
        var idle = Client.to(api)) {
      assertEquals(200, idle.account(api));
      assertEquals(-1, idle.socket().getInputStream().read());
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          501 | NONSENSE /account HTTP/1.1;Host: x
          505 | GET /account WITHOUT SENSE;Host: x
          400 | GET /ac%zzcount HTTP/1.1;Host: x
          400 | GET /account HTTP/1.1;Host: x;Content-Length: minus
          400 | GET /account HTTP/1.1;Host: x;Content-Length: 1;Content-Length: 2
          400 | POST /apps HTTP/1.1;Host: x;Content-Length: 1;Transfer-Encoding: chunked
          400 | GET http://other/account HTTP/1.1;Host: x
          400 | CONNECT other:1 HTTP/1.1;Host: other:1
          414 | GET /LONG HTTP/1.1;Host: x
          431 | GET /account HTTP/1.1;Host: x;X-Long: LONG
          400 | GET /account HTTP/1.1;Host: x;MANY
          413 | POST /apps HTTP/1.1;Host: x;TOKEN;Content-Length: 629145600;;{}
          400 | POST /apps HTTP/1.1;Host: x;TOKEN;Transfer-Encoding: chunked;;-1;
          400 | POST /apps HTTP/1.1;Host: x;TOKEN;Transfer-Encoding: chunked;;ffffffffffffffff;
          400 | POST /apps HTTP/1.1;Host: x;TOKEN;Transfer-Encoding: chunked;;2~LONG;{}
          400 | POST /apps HTTP/1.1;Host: x;TOKEN;Transfer-Encoding: chunked;;2;{}XX
          """)
  void malformedFramingIsToldInTheFormOfTheApiAndNotLogged(
      int status, String request, @TempDir Path folder) throws Exception {
    var logged = new ListAppender<ILoggingEvent>();
    var root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    try (var api = new ApiServer(folder);
        var client = Client.to(api)) {
      logged.start();
      root.addAppender(logged);
      client.send(
          (request + ";;")
              .replace(";", "\r\n")
              .replace("~", ";")
              .replace("LONG", "a".repeat(100_000))
              .replace("MANY", "X-A: 1\r\n".repeat(100))
              .replace(
                  "TOKEN",
                  "Accept: " + ApiServer.ACCEPT + "\r\nAuthorization: Bearer " + api.token));
      Client.Answer answer = client.answer();
      assertEquals(status, answer.status(), answer.body());
      assertTrue(answer.head().contains("Content-Type: application/json"), answer.head());
      JsonNode body = ApiServer.JSON.readTree(answer.body());
      assertFalse(body.path("id").asText().isEmpty());
      assertFalse(body.path("message").asText().isEmpty());
      assertEquals(200, api.get("/account").status());
    } finally {
      root.detachAppender(logged);
    }
    assertEquals(
        List.of(), logged.list.stream().filter(e -> e.getLevel().levelInt >= 30_000).toList());
  }

  /** A request of its own connection with a token that is none. */
  private static CompletableFuture<Reply> guess(ApiServer api) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return api.send(
                HttpRequest.newBuilder(api.uri("/account"))
                    .header("Accept", ApiServer.ACCEPT)
                    .header("Authorization", "Bearer guessed"));
          } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
          }
        },
        Thread::startVirtualThread);
  }

  @Test
  void wrongTokensOfAnAddressAreAnsweredAtTheirTurnAndGoodOnesAtOnce(@TempDir Path folder)
      throws Exception {
    try (var api =
        new ApiServer(
            folder, "dynode.api.wrong-tokens { at-once = 1, every = 2s, longest-wait = 1h }")) {
      long start = System.nanoTime();
      assertEquals(401, guess(api).get(60, TimeUnit.SECONDS).status());
      assertEquals(401, guess(api).get(60, TimeUnit.SECONDS).status());
      assertTrue(Duration.ofNanos(System.nanoTime() - start).toMillis() >= 2000);
    }
    try (var api =
        new ApiServer(
            folder, "dynode.api.wrong-tokens { at-once = 0, every = 1h, longest-wait = 2h }")) {
      CompletableFuture<Reply> waiting = guess(api);
      assertEquals(200, api.get("/account").status());
      assertFalse(waiting.isDone());
    }
    try (var api =
        new ApiServer(
            folder, "dynode.api.wrong-tokens { at-once = 0, every = 1h, longest-wait = 1m }")) {
      ProtocolTest.problem(guess(api).get(60, TimeUnit.SECONDS), 429, "rate_limit");
      assertEquals(200, api.get("/account").status());
    }
  }

  @Test
  void whoIsRefusedInTheMiddleOfSendingReadsWhy(@TempDir Path folder) throws Exception {
    try (var api = new ApiServer(folder);
        var client = Client.to(api)) {
      client.send(
          "POST /apps HTTP/1.1\r\nHost: x\r\nAccept: "
              + ApiServer.ACCEPT
              + "\r\nAuthorization: Bearer "
              + api.token
              + "\r\nContent-Length: 8000000\r\n\r\n"
              + "x".repeat(8_000_000));
      assertEquals(413, client.answer().status());
    }
  }

  @Test
  void whoHasClosedItsSideIsAnsweredNonetheless(@TempDir Path folder) throws Exception {
    try (var api = new ApiServer(folder);
        var client = Client.to(api)) {
      client.send(
          "GET /account HTTP/1.1\r\nHost: x\r\nAccept: "
              + ApiServer.ACCEPT
              + "\r\nAuthorization: Bearer "
              + api.token
              + "\r\n\r\n");
      client.socket().shutdownOutput();
      assertEquals(200, client.answer().status());
      assertEquals(-1, client.socket().getInputStream().read());
    }
  }

  @Test
  void aRequestThatHasBegunIsAnsweredWhileTheServerCloses(@TempDir Path folder) throws Exception {
    var api = new ApiServer(folder, "dynode.api.request-timeout = 1s");
    api.app("some-app");
    api.control.fallSilent();
    try (var busy = Client.to(api);
        var idle = Client.to(api)) {
      busy.send(
          "GET /apps/some-app HTTP/1.1\r\nHost: x\r\nAccept: "
              + ApiServer.ACCEPT
              + "\r\nAuthorization: Bearer "
              + api.token
              + "\r\n\r\n");
      api.control.awaitAsked();
      CompletableFuture<?> closed = api.stop(Duration.ofSeconds(60));
      assertEquals(-1, idle.socket().getInputStream().read());
      Client.Answer answer = busy.answer();
      assertEquals(503, answer.status());
      assertEquals(-1, busy.socket().getInputStream().read());
      closed.get(60, TimeUnit.SECONDS);
    }
    api.close();
  }
}
