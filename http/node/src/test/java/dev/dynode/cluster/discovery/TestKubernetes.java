package dev.dynode.cluster.discovery;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.dynode.cluster.tls.LocalAuthority;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodListBuilder;
import io.fabric8.kubernetes.api.model.StatusBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Answers for the pods of one namespace as the API of Kubernetes does, over TLS. */
public final class TestKubernetes implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path account;
  private final HttpsServer server;
  private final List<Pod> pods = new CopyOnWriteArrayList<>();
  private final List<String> requests = new CopyOnWriteArrayList<>();

  /** With a service account of the namespace {@code apps}, and no pods. */
  public TestKubernetes(Path folder) throws IOException {
    account = Files.createDirectories(folder.resolve("serviceaccount"));
    LocalAuthority authority =
        LocalAuthority.open(folder.resolve("kubernetes-tls"), "127.0.0.1", Clock.systemUTC());
    Files.copy(authority.certificateFile(), account.resolve("ca.crt"));
    Files.writeString(account.resolve("namespace"), "apps");
    token("first");
    server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setHttpsConfigurator(new HttpsConfigurator(authority.serverContext()));
    server.createContext("/", this::answer);
    server.start();
  }

  /** Gives the account another token; no other is good from now on. */
  public void token(String token) throws IOException {
    Files.writeString(account.resolve("token"), token);
  }

  /** Where nodes find it: HOCON. */
  public String config() {
    return "dynode.cluster.discovery.kubernetes { api = \"https://127.0.0.1:%d\", account = \"%s\" }"
        .formatted(server.getAddress().getPort(), account);
  }

  /** Adds a pod labelled {@code app=...}; one that ends is being deleted. */
  public void pod(String app, String phase, String address, boolean ends) {
    pods.add(
        new PodBuilder()
            .withNewMetadata()
            .withName(app + "-" + pods.size())
            .withNamespace("apps")
            .addToLabels("app", app)
            .withDeletionTimestamp(ends ? "2026-11-26T10:00:00Z" : null)
            .endMetadata()
            .withNewStatus()
            .withPhase(phase)
            .withPodIP(address.isEmpty() ? null : address)
            .endStatus()
            .build());
  }

  /** Paths and queries that were answered with pods. */
  public List<String> requests() {
    return requests;
  }

  private void answer(HttpExchange call) throws IOException {
    String query = URLDecoder.decode(call.getRequestURI().getRawQuery(), UTF_8);
    String token = "Bearer " + Files.readString(account.resolve("token"));
    if (!token.equals(call.getRequestHeaders().getFirst("Authorization"))) {
      send(
          call, 401, new StatusBuilder().withStatus("Failure").withMessage("Unauthorized").build());
    } else if (!call.getRequestURI().getPath().equals("/api/v1/namespaces/apps/pods")) {
      String message =
          "pods is forbidden: User \"system:serviceaccount:apps:dynode\" cannot list resource"
              + " \"pods\" in API group \"\" in the namespace \"other\"";
      send(call, 403, new StatusBuilder().withStatus("Failure").withMessage(message).build());
    } else {
      requests.add(query);
      List<Pod> found =
          pods.stream()
              .filter(
                  pod ->
                      query.startsWith(
                          "labelSelector=app=" + pod.getMetadata().getLabels().get("app") + "&"))
              .toList();
      send(
          call,
          200,
          new PodListBuilder()
              .withNewMetadata()
              .withResourceVersion("1")
              .endMetadata()
              .withItems(found)
              .build());
    }
  }

  private static void send(HttpExchange call, int status, Object body) throws IOException {
    byte[] bytes = JSON.writeValueAsBytes(body);
    call.getResponseHeaders().set("Content-Type", "application/json");
    call.sendResponseHeaders(status, bytes.length);
    try (var out = call.getResponseBody()) {
      out.write(bytes);
    }
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
