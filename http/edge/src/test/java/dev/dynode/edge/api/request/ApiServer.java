package dev.dynode.edge.api.request;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.dynode.domain.app.AppPolicy;
import dev.dynode.domain.history.Divergence;
import dev.dynode.domain.history.VerificationResult;
import dev.dynode.edge.api.PlatformApi;
import dev.dynode.edge.api.context.Account;
import dev.dynode.edge.api.context.Archive;
import dev.dynode.edge.api.context.BlobLinks;
import dev.dynode.edge.api.context.Collaborators;
import dev.dynode.edge.api.context.Shown;
import dev.dynode.edge.server.HttpServer;
import dev.dynode.engine.actor.KnownHosts;
import dev.dynode.replay.EventCodec;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.stream.Stream;
import org.apache.pekko.actor.ActorSystem;

/** The API on a free port of this machine, over the real rules. */
public final class ApiServer implements AutoCloseable {
  static final String ACCEPT = "application/vnd.heroku+json; version=3";
  public static final ObjectMapper JSON = new ObjectMapper();

  public final RuleControlPlane control;
  public final ListLogs logs = new ListLogs();
  public final FolderSlugs slugs;
  public final Account account = new Account(UUID.randomUUID(), "owner@example.com", "Owner");
  public final AtomicReference<Duration> ahead = new AtomicReference<>(Duration.ZERO);
  public final String token;
  public final HttpClient client = HttpClient.newHttpClient();
  private final ActorSystem system;
  private final HttpServer.Bound binding;

  public ApiServer(Path folder) throws Exception {
    this(folder, "");
  }

  /**
   * @param config what differs from the usual settings
   */
  public ApiServer(Path folder, String config) throws Exception {
    Config all =
        ConfigFactory.parseString(
                config
                    + "\npekko.loglevel = WARNING, pekko.daemonic = on, pekko.stdout-loglevel = OFF")
            .withFallback(ConfigFactory.load());
    control = new RuleControlPlane(AppPolicy.HEROKU);
    slugs = new FolderSlugs(Files.createDirectories(folder.resolve("slugs")));
    var tokens = new Tokens(folder);
    token = Files.readString(folder.resolve("credentials")).strip();
    system = ActorSystem.create("api", all);
    InstantSource clock = () -> Instant.now().plus(ahead.get());
    var with =
        new Collaborators(
            control,
            new KnownHosts(
                Duration.ofHours(1),
                new KnownHosts.Absence(Duration.ofHours(1), Duration.ofHours(1)),
                () -> 0),
            logs,
            slugs,
            slugs::archive,
            control,
            new Shown(new EventCodec(system.settings().config()).mapper()),
            new NoArchive(),
            account,
            tokens,
            new BlobLinks(new byte[32]),
            dyno -> Optional.of("rendezvous://localhost:5000/" + dyno.id()),
            clock);
    binding =
        new PlatformApi(with, ApiSettings.of(all, 5102), system)
            .bind(system, "127.0.0.1", 0)
            .toCompletableFuture()
            .get(20, TimeUnit.SECONDS);
  }

  public int port() {
    return binding.address().getPort();
  }

  /** An answer: what tests look at. */
  public record Reply(int status, JsonNode json, java.net.http.HttpHeaders headers) {
    public String header(String name) {
      return headers.firstValue(name).orElse("");
    }
  }

  public URI uri(String path) {
    return path.startsWith("http")
        ? URI.create(path)
        : URI.create("http://127.0.0.1:" + port() + path);
  }

  HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(uri(path))
        .header("Accept", ACCEPT)
        .header("Authorization", "Bearer " + token)
        .timeout(Duration.ofSeconds(20));
  }

  public Reply send(HttpRequest.Builder request) throws IOException, InterruptedException {
    HttpResponse<String> response =
        client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    String text = response.body();
    return new Reply(
        response.statusCode(),
        text.isEmpty() ? JSON.missingNode() : JSON.readTree(text),
        response.headers());
  }

  /**
   * @param body JSON, with single quotes for double ones
   */
  public Reply call(String method, String path, String body, String... headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        request(path)
            .method(
                method,
                body.isEmpty()
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofString(body.replace('\'', '"')));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return send(request);
  }

  public Reply get(String path, String... headers) throws IOException, InterruptedException {
    return call("GET", path, "", headers);
  }

  public Reply post(String path, String body, String... headers)
      throws IOException, InterruptedException {
    return call("POST", path, body, headers);
  }

  /** An app of this name. */
  public JsonNode app(String name) throws IOException, InterruptedException {
    return post("/apps", "{'name': '" + name + "'}").json();
  }

  /** Serves no more, and waits so long for answers that have begun. */
  CompletableFuture<?> stop(Duration patience) {
    return binding.close(patience).toCompletableFuture();
  }

  @Override
  public void close() {
    client.shutdownNow();
    binding.close(Duration.ZERO).toCompletableFuture().orTimeout(20, TimeUnit.SECONDS).join();
    system.terminate();
    system.getWhenTerminated().toCompletableFuture().orTimeout(20, TimeUnit.SECONDS).join();
  }

  /** There is no journal behind these rules. */
  private static final class NoArchive implements Archive {
    @Override
    public Stream<String> export(Scope scope, boolean secrets) {
      throw new AssertionError("no journal");
    }

    @Override
    public VerificationResult verify(Consumer<Divergence> found, LongConsumer progress) {
      throw new AssertionError("no journal");
    }

    @Override
    public long events() {
      throw new AssertionError("no journal");
    }
  }
}
