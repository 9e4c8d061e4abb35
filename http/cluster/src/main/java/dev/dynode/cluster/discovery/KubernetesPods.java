package dev.dynode.cluster.discovery;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.typesafe.config.Config;
import dev.dynode.cluster.tls.LocalAuthority;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;

/**
 * Pods that run and have these labels, asked of the API of the Kubernetes cluster this node is a
 * pod of. Its service account must be allowed to list pods.
 *
 * @param namespace none: that of the service account
 */
record KubernetesPods(
    String word, String labels, Optional<String> namespace, int port, Config discovery)
    implements Contacts {
  private static final ObjectMapper JSON = new ObjectMapper();

  @Override
  public Set<String> addresses() throws IOException {
    Path account = Path.of(discovery.getString("kubernetes.account"));
    Duration within = discovery.getDuration("answer-within");
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(api() + path(account)))
            .timeout(within)
            .header("Authorization", "Bearer " + file(account, "token"))
            .header("Accept", "application/json")
            .build();
    HttpResponse<String> answer;
    try (HttpClient client =
        HttpClient.newBuilder()
            .sslContext(LocalAuthority.trusting(account.resolve("ca.crt")))
            .connectTimeout(within)
            .build()) {
      answer = client.send(request, HttpResponse.BodyHandlers.ofString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("was not asked", e);
    } catch (IOException e) {
      throw new IOException("cannot be looked up in the Kubernetes API: " + e, e);
    }
    JsonNode body = JSON.readTree(answer.body());
    if (answer.statusCode() != 200) {
      throw new IOException(
          "is refused by the Kubernetes API (%d): %s"
              .formatted(answer.statusCode(), body.path("message").asText()));
    }
    return running(body);
  }

  private Set<String> running(JsonNode pods) throws IOException {
    Set<String> found = new LinkedHashSet<>();
    for (JsonNode pod : pods.path("items")) {
      JsonNode status = pod.path("status");
      if (status.path("phase").asText().equals("Running")
          && status.hasNonNull("podIP")
          && !pod.path("metadata").hasNonNull("deletionTimestamp")) {
        found.add(Contacts.host(InetAddress.ofLiteral(status.path("podIP").asText())) + ":" + port);
      }
    }
    return found;
  }

  private String api() throws IOException {
    String api = discovery.getString("kubernetes.api");
    String host = System.getenv().getOrDefault("KUBERNETES_SERVICE_HOST", "");
    if (api.isEmpty() && host.isEmpty()) {
      throw new IOException(
          "cannot be looked up: this is no pod, for KUBERNETES_SERVICE_HOST is not set (nor is"
              + " dynode.cluster.discovery.kubernetes.api)");
    }
    return api.isEmpty()
        ? "https://%s:%s"
            .formatted(
                host.contains(":") ? "[" + host + "]" : host,
                System.getenv().getOrDefault("KUBERNETES_SERVICE_PORT", "443"))
        : api;
  }

  private String path(Path account) throws IOException {
    return "/api/v1/namespaces/%s/pods?labelSelector=%s&limit=%d"
        .formatted(
            namespace.isPresent() ? namespace.get() : file(account, "namespace"),
            URLEncoder.encode(labels, StandardCharsets.UTF_8),
            discovery.getInt("kubernetes.most-pods"));
  }

  private static String file(Path account, String name) throws IOException {
    try {
      return Files.readString(account.resolve(name)).strip();
    } catch (IOException e) {
      throw new IOException("cannot be looked up without " + account.resolve(name), e);
    }
  }

  @Override
  public String toString() {
    return word;
  }
}
