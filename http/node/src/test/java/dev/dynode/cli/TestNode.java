package dev.dynode.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.dynode.cli.client.Json;
import dev.dynode.cli.client.NodeAddress;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;

/** As much of a node as the client needs: API and TLS rendezvous over real bash processes. */
final class TestNode implements AutoCloseable {
  static final String TOKEN = "token-of-the-test";

  final Path data;
  final List<String> requests = new CopyOnWriteArrayList<>();
  final Map<String, JsonNode> bodies = new ConcurrentHashMap<>();
  final List<String> tokenLines = new CopyOnWriteArrayList<>();
  private final Map<String, ObjectNode> dynos = new ConcurrentHashMap<>();
  private final Map<String, ObjectNode> slugs = new ConcurrentHashMap<>();
  private final List<ObjectNode> releases = new CopyOnWriteArrayList<>();
  private final AtomicInteger numbers = new AtomicInteger(1000);
  private final HttpServer http;
  private final SSLServerSocket rendezvous;

  /** What becomes of a connection after its process has ended. */
  volatile boolean breakConnections;

  TestNode(Path folder) throws Exception {
    data = Files.createDirectories(folder.resolve("it's data"));
    http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    http.createContext("/", this::handle);
    http.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    http.start();
    rendezvous =
        (SSLServerSocket)
            certificate()
                .getServerSocketFactory()
                .createServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().start(this::accept);
    ObjectNode file = Json.object().put("pid", ProcessHandle.current().pid()).put("api", api());
    file.put("rendezvous_ca", data.resolve("tls/ca.pem").toString()).put("transient", false);
    Files.write(data.resolve(NodeAddress.FILE), Json.write(file));
    Files.writeString(data.resolve(NodeAddress.CREDENTIALS), TOKEN + "\n");
  }

  String api() {
    return "http://127.0.0.1:" + http.getAddress().getPort();
  }

  int rendezvousPort() {
    return rendezvous.getLocalPort();
  }

  Map<String, String> environment() {
    return Map.of("DYNODE_DATA", data.toString(), "HOME", data.toString(), "TERM", "xterm");
  }

  private SSLContext certificate() throws Exception {
    Path store = data.resolve("keys.p12");
    String keytool = Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
    List<String> command = new ArrayList<>(List.of(keytool, "-genkeypair", "-alias", "node"));
    command.addAll(List.of("-keyalg", "EC", "-dname", "CN=test", "-ext", "san=ip:127.0.0.1"));
    command.addAll(List.of("-storepass", "changeit", "-keystore", store.toString()));
    Programs.Result made = Programs.run(command, Map.of(), new byte[0]);
    if (made.exit() != 0) {
      throw new AssertionError(made.err() + made.text());
    }
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      keys.load(in, "changeit".toCharArray());
    }
    Certificate own = keys.getCertificate("node");
    Files.createDirectories(data.resolve("tls"));
    Files.writeString(
        data.resolve("tls/ca.pem"),
        "-----BEGIN CERTIFICATE-----\n"
            + Base64.getMimeEncoder().encodeToString(own.getEncoded())
            + "\n-----END CERTIFICATE-----\n");
    KeyManagerFactory managers = KeyManagerFactory.getInstance("PKIX");
    managers.init(keys, "changeit".toCharArray());
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(managers.getKeyManagers(), null, null);
    return context;
  }

  private void handle(HttpExchange exchange) throws IOException {
    String request = exchange.getRequestMethod() + " " + exchange.getRequestURI().getPath();
    byte[] body = exchange.getRequestBody().readAllBytes();
    requests.add(request);
    int status = 200;
    JsonNode answer = Json.object();
    if (request.startsWith("PUT /blobs/")) {
      answer = Json.object().put("stored", body.length);
    } else if (request.equals("GET /stream")) {
      byte[] stream = "retry: 1\n\ndata: one\ndata: two\n\n".getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(200, stream.length);
      exchange.getResponseBody().write(stream);
      exchange.close();
      return;
    } else if (!("Bearer " + TOKEN)
        .equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
      status = 401;
      answer = Json.object().put("id", "unauthorized").put("message", "Who are you?");
    } else {
      bodies.put(request, body.length == 0 ? Json.object() : Json.read(body));
      answer = answer(request);
      status = answer.path("id").asText().equals("not_found") ? 404 : 200;
    }
    byte[] bytes = Json.write(answer);
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  private JsonNode answer(String request) {
    String id = request.substring(request.lastIndexOf('/') + 1);
    return switch (request) {
      case "GET /account" -> Json.object().put("email", "me@example.com");
      case "GET /apps/demo" -> Json.object().put("name", "demo");
      case "DELETE /apps/demo" -> Json.object().put("name", "demo");
      case "POST /apps/demo/dynos" -> create();
      case "POST /apps/demo/slugs" -> slug();
      case "POST /apps/demo/releases" -> release();
      case "GET /apps/demo/releases" -> list(releases);
      case "POST /apps/demo/log-sessions" -> Json.object().put("logplex_url", api() + "/stream");
      case String r when r.startsWith("GET /apps/demo/dynos/") && dynos.containsKey(id) ->
          dynos.get(id);
      case String r when r.startsWith("GET /apps/demo/slugs/") && slugs.containsKey(id) ->
          slugs.get(id);
      case String r when r.startsWith("POST /apps/demo/dynos/") -> Json.object();
      default -> Json.object().put("id", "not_found").put("message", "Couldn't find that.");
    };
  }

  private static JsonNode list(List<ObjectNode> newestLast) {
    var list = Json.object().putArray("list");
    newestLast.reversed().forEach(list::add);
    return list;
  }

  private ObjectNode create() {
    String id = "run." + numbers.incrementAndGet();
    ObjectNode dyno = Json.object().put("id", id).put("name", id);
    dyno.putObject("app").put("name", "demo");
    dyno.put("attach_url", "rendezvous://127.0.0.1:" + rendezvous.getLocalPort() + "/" + id);
    dynos.put(id, dyno);
    return dyno;
  }

  private ObjectNode slug() {
    String id = "slug-" + numbers.incrementAndGet();
    ObjectNode slug = Json.object().put("id", id);
    slug.set("checksum", body("POST /apps/demo/slugs").path("checksum"));
    slug.putObject("blob").put("method", "put").put("url", api() + "/blobs/" + id);
    slugs.put(id, slug);
    return slug;
  }

  private ObjectNode release() {
    ObjectNode release = Json.object().put("version", releases.size() + 1);
    release.putObject("slug").set("id", body("POST /apps/demo/releases").path("slug"));
    releases.add(release);
    return release;
  }

  /** The body last sent with this request. */
  JsonNode body(String request) {
    JsonNode body = bodies.get(request);
    if (body == null) {
      throw new AssertionError("never asked: " + request + ", only " + requests);
    }
    return body;
  }

  private void accept() {
    try {
      while (true) {
        SSLSocket client = (SSLSocket) rendezvous.accept();
        Thread.ofVirtual().start(() -> attach(client));
      }
    } catch (IOException closed) {
      // by close()
    }
  }

  private void attach(SSLSocket client) {
    try (client) {
      StringBuilder line = new StringBuilder();
      InputStream in = client.getInputStream();
      OutputStream out = client.getOutputStream();
      for (int next = in.read(); next != '\n'; next = in.read()) {
        line.append((char) next);
      }
      String token = line.toString().strip();
      String command = body("POST /apps/demo/dynos").path("command").asText();
      Process process =
          new ProcessBuilder("/bin/bash", "-c", command).redirectErrorStream(true).start();
      // The greeting shares its record with the first output: it ends at its newline, not before.
      out.write("rendezvous\r\nfirst ".getBytes(StandardCharsets.UTF_8));
      tokenLines.add(token);
      Thread input = Thread.ofVirtual().start(() -> feed(in, process));
      process.getInputStream().transferTo(out);
      int status = process.waitFor();
      if (breakConnections) {
        client.setSoLinger(true, 0);
        return;
      }
      String id = token.replaceAll("\\?.*", "");
      dynos.computeIfPresent(id, (key, dyno) -> dyno.deepCopy().put("exit_status", status));
      client.shutdownOutput();
      boolean ignored = input.join(java.time.Duration.ofSeconds(1));
    } catch (IOException | InterruptedException e) {
      requests.add("connection of a client failed: " + e);
    }
  }

  private void feed(InputStream in, Process process) {
    try (OutputStream input = process.getOutputStream()) {
      byte[] buffer = new byte[8192];
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        input.write(buffer, 0, count);
        input.flush();
      }
    } catch (IOException gone) {
      process.destroy();
    }
    requests.add("end of input");
  }

  @Override
  public void close() throws IOException {
    http.stop(0);
    rendezvous.close();
  }
}
