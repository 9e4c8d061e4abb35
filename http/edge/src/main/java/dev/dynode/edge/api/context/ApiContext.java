package dev.dynode.edge.api.context;

import dev.dynode.domain.id.AppId;
import dev.dynode.domain.view.AppSummary;
import dev.dynode.edge.api.request.ApiSettings;
import dev.dynode.edge.api.request.Errors;
import dev.dynode.edge.api.request.Json;
import dev.dynode.edge.api.request.Page;
import dev.dynode.edge.api.request.Page.Field;
import dev.dynode.port.AppQuery;
import dev.dynode.port.ControlPlane;
import dev.dynode.port.ControlPlane.Answer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.pekko.actor.ClassicActorSystemProvider;
import org.apache.pekko.http.javadsl.model.ContentType;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.MediaTypes;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.apache.pekko.http.javadsl.server.AllDirectives;
import org.apache.pekko.http.javadsl.server.Route;
import org.apache.pekko.stream.ActorAttributes;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.stream.javadsl.StreamConverters;
import org.apache.pekko.util.ByteString;

/** Where all routes get their calls, look up what these name, and have their answers written. */
public final class ApiContext extends AllDirectives {
  private static final ContentType LINES =
      MediaTypes.customBinary("application", "x-ndjson", true).toContentType();

  private static final int LOOKS = 100;
  private static final Executor LATER =
      CompletableFuture.delayedExecutor(50, TimeUnit.MILLISECONDS);

  private final Collaborators with;
  private final ApiSettings settings;
  private final ClassicActorSystemProvider system;

  public ApiContext(Collaborators with, ApiSettings settings, ClassicActorSystemProvider system) {
    this.with = with;
    this.settings = settings;
    this.system = system;
  }

  /** Answers one kind of call. */
  @FunctionalInterface
  public interface Endpoint {
    CompletionStage<HttpResponse> answer(Call call);
  }

  public Collaborators with() {
    return with;
  }

  public ApiSettings settings() {
    return settings;
  }

  public ClassicActorSystemProvider system() {
    return system;
  }

  public Route answer(Endpoint endpoint) {
    return extractRequest(
        request ->
            completeWithFuture(
                endpoint.answer(new Call(request, with.account(), inTime(), settings, system))));
  }

  /** With time left to say so before the server does. */
  private ControlPlane inTime() {
    Duration whole = settings.requests().timeout();
    return with.control().until(with.clock().instant().plus(whole.multipliedBy(9).dividedBy(10)));
  }

  /** Which app has this id or name; it may be one that is gone, and then knows nothing. */
  public CompletionStage<AppId> id(String identity) {
    return with.control()
        .find(lowerCaseId(identity))
        .thenApply(found -> found.orElseThrow(() -> Errors.notFound("app").exception()));
  }

  /** What is asked of the app of this id or name. */
  public <T> CompletionStage<T> ask(String identity, AppQuery<T> query) {
    return id(identity).thenCompose(app -> ask(app, query));
  }

  public <T> CompletionStage<T> ask(AppId app, AppQuery<T> query) {
    return with.control().ask(app, query).thenApply(ApiContext::done);
  }

  public CompletionStage<AppSummary> app(String identity) {
    return ask(identity, new AppQuery.Summary());
  }

  private static String lowerCaseId(String identity) {
    return uuid(identity).map(UUID::toString).orElse(identity);
  }

  /** Ids are lower-case UUIDs; any case is understood. */
  public static Optional<UUID> uuid(String text) {
    if (text.length() != 36) {
      return Optional.empty();
    }
    try {
      return Optional.of(UUID.fromString(text));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** What was asked for; refusals become the API's errors. */
  public static <T> T done(Answer<T> answer) {
    return switch (answer) {
      case Answer.Done<T>(T value) -> value;
      case Answer.Refused<T>(var refusal) -> throw Errors.of(refusal).exception();
      case Answer.Failed<T>(var failure) -> throw Errors.of(failure).exception();
    };
  }

  /**
   * What is found in the end, where a host may need a moment to tell.
   *
   * @param why what is said after five seconds of looking in vain
   */
  public static <T> CompletionStage<T> once(Supplier<Optional<T>> look, String why) {
    return once(look, why, LOOKS);
  }

  private static <T> CompletionStage<T> once(Supplier<Optional<T>> look, String why, int looks) {
    Optional<T> found = look.get();
    if (found.isPresent()) {
      return CompletableFuture.completedStage(found.get());
    }
    return looks == 0
        ? CompletableFuture.failedStage(new ControlPlane.Unanswered(why))
        : CompletableFuture.runAsync(() -> {}, LATER).thenCompose(_ -> once(look, why, looks - 1));
  }

  /** One page of the list. */
  public <T> HttpResponse list(Call call, List<T> all, List<Field<T>> fields) {
    Page<T> page = page(call, all, fields);
    return list(page, page.items());
  }

  public <T> Page<T> page(Call call, List<T> all, List<Field<T>> fields) {
    return Page.of(all, fields, call.header("range"), settings.page());
  }

  /** A page whose items are told as these. */
  public static HttpResponse list(Page<?> page, List<?> items) {
    HttpResponse response =
        Json.response(page.next().isPresent() ? 206 : 200, items)
            .addHeader(RawHeader.create("Accept-Ranges", page.fields()));
    if (page.content().isPresent()) {
      response = response.addHeader(RawHeader.create("Content-Range", page.content().get()));
    }
    return page.next().isPresent()
        ? response.addHeader(RawHeader.create("Next-Range", page.next().get()))
        : response;
  }

  /** Lines as they are read, on a thread that may block. */
  public static HttpResponse lines(Supplier<Stream<String>> lines) {
    return lines(
        StreamConverters.fromJavaStream(lines::get)
            .map(line -> ByteString.fromString(line + "\n"))
            .withAttributes(
                ActorAttributes.dispatcher(ActorAttributes.IODispatcher().dispatcher())));
  }

  public static HttpResponse lines(Source<ByteString, ?> lines) {
    return HttpResponse.create().withEntity(HttpEntities.createChunked(LINES, lines));
  }
}
