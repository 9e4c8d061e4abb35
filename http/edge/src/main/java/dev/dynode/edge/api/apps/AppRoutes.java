package dev.dynode.edge.api.apps;

import static org.apache.pekko.http.javadsl.server.PathMatchers.segment;

import dev.dynode.domain.app.AppCommand;
import dev.dynode.domain.app.Tier;
import dev.dynode.domain.id.AppId;
import dev.dynode.domain.view.AppSummary;
import dev.dynode.edge.api.accounts.AccountRoutes;
import dev.dynode.edge.api.context.ApiContext;
import dev.dynode.edge.api.context.Call;
import dev.dynode.edge.api.context.Presenter;
import dev.dynode.edge.api.request.Body;
import dev.dynode.edge.api.request.Errors;
import dev.dynode.edge.api.request.Json;
import dev.dynode.edge.api.request.Page.Field;
import dev.dynode.port.AppQuery;
import dev.dynode.port.ControlPlane.Answer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.server.AllDirectives;
import org.apache.pekko.http.javadsl.server.Route;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;

/** {@code /apps}, {@code /users/~/apps}. */
public final class AppRoutes extends AllDirectives {
  private static final AppQuery.Summary SUMMARY = new AppQuery.Summary();
  private static final int LOOKS_AT_ONCE = 16;
  private static final List<Field<Map.Entry<String, AppId>>> FIELDS =
      List.of(
          Field.text("name", Map.Entry::getKey),
          Field.text("id", app -> app.getValue().toString()));

  private final ApiContext desk;
  private final Presenter present;

  public AppRoutes(ApiContext desk, Presenter present) {
    this.desk = desk;
    this.present = present;
  }

  public Route routes() {
    return concat(
        path(
            segment("apps"),
            () ->
                concat(get(() -> desk.answer(this::list)), post(() -> desk.answer(this::create)))),
        path(
            segment("users").slash(segment()).slash("apps"),
            user -> get(() -> desk.answer(call -> listOf(call, user)))),
        path(
            segment("apps").slash(segment()),
            app ->
                concat(
                    get(() -> desk.answer(call -> info(call, app))),
                    patch(() -> desk.answer(call -> update(call, app))),
                    delete(() -> desk.answer(call -> remove(call, app))))));
  }

  private CompletionStage<HttpResponse> listOf(Call call, String user) {
    AccountRoutes.check(call.account(), user);
    return list(call);
  }

  private CompletionStage<HttpResponse> list(Call call) {
    var page = desk.page(call, List.copyOf(desk.with().control().apps().entrySet()), FIELDS);
    return Source.from(page.items())
        .mapAsync(LOOKS_AT_ONCE, entry -> desk.with().control().ask(entry.getValue(), SUMMARY))
        .runWith(Sink.seq(), desk.system())
        .thenApply(
            answers ->
                ApiContext.list(
                    page,
                    answers.stream()
                        .flatMap(AppRoutes::present)
                        .filter(app -> app.deletedAt().isEmpty())
                        .collect(
                            Collectors.toMap( // one that is being renamed has two names
                                AppSummary::id,
                                app -> app,
                                (first, _) -> first,
                                LinkedHashMap::new))
                        .values()
                        .stream()
                        .map(app -> AppPresenter.app(present, call, app))
                        .toList()));
  }

  /** An app may be gone since its name was read. */
  private static Stream<AppSummary> present(Answer<AppSummary> answer) {
    return answer instanceof Answer.Done<AppSummary>(AppSummary app)
        ? Stream.of(app)
        : Stream.empty();
  }

  private CompletionStage<HttpResponse> create(Call call) {
    return call.body()
        .thenCompose(
            body -> {
              String name =
                  body.text("name").orElseGet(() -> AppNames.draw(ThreadLocalRandom.current()));
              Tier tier = tier(body).orElse(call.settings().defaultTier());
              only(body, "region", "region", call.settings().region());
              only(body, "stack", "stack", call.settings().stack());
              return call.control()
                  .createApp(
                      call.by(), name, tier, call.settings().region(), call.settings().stack());
            })
        .thenApply(
            answer -> Json.response(201, AppPresenter.app(present, call, ApiContext.done(answer))));
  }

  /** There is one region and one stack; they may be named by name or id. */
  public static void only(Body body, String field, String kind, String name) {
    body.text(field)
        .filter(
            asked ->
                !asked.equals(name)
                    && !asked.equals(dev.dynode.edge.api.json.Named.of(kind, name).id()))
        .ifPresent(
            asked -> {
              throw Errors.invalid(
                      field
                          + ": there is no \""
                          + asked
                          + "\"; this installation has \""
                          + name
                          + "\".")
                  .exception();
            });
  }

  private static Optional<Tier> tier(Body body) {
    return body.text("process_tier")
        .map(
            text ->
                Tier.of(text)
                    .orElseThrow(
                        () ->
                            Errors.invalid(
                                    "Process tier is invalid. Available process tiers are "
                                        + Arrays.stream(Tier.values())
                                            .map(Tier::wire)
                                            .collect(Collectors.joining(", "))
                                        + ".")
                                .exception()));
  }

  private CompletionStage<HttpResponse> info(Call call, String app) {
    return desk.app(app)
        .thenApply(view -> Json.response(200, AppPresenter.app(present, call, view)));
  }

  private CompletionStage<HttpResponse> update(Call call, String app) {
    return call.body()
        .thenCompose(
            body -> {
              var update =
                  new AppCommand.UpdateApp(
                      call.by(), body.text("name"), body.flag("maintenance"), tier(body));
              only(body, "build_stack", "stack", call.settings().stack());
              return desk.app(app).thenCompose(now -> update(call, now, update));
            })
        .thenApply(now -> Json.response(200, AppPresenter.app(present, call, now)));
  }

  private static CompletionStage<AppSummary> update(
      Call call, AppSummary now, AppCommand.UpdateApp asked) {
    var update =
        new AppCommand.UpdateApp(
            asked.by(),
            asked.name().filter(name -> !name.equals(now.name())),
            asked.maintenance(),
            asked.tier());
    if (update.name().isPresent()) {
      return call.control().renameApp(now.id(), update).thenApply(ApiContext::done);
    }
    return update.maintenance().isEmpty() && update.tier().isEmpty()
        ? CompletableFuture.completedFuture(now)
        : call.control().change(now.id(), update, SUMMARY).thenApply(ApiContext::done);
  }

  private CompletionStage<HttpResponse> remove(Call call, String app) {
    return desk.app(app)
        .thenCompose(
            now -> call.control().change(now.id(), new AppCommand.DeleteApp(call.by()), SUMMARY))
        .thenApply(
            answer -> Json.response(200, AppPresenter.app(present, call, ApiContext.done(answer))));
  }
}
