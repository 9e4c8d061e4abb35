package dev.dynode.edge.api.catalog;

import static org.apache.pekko.http.javadsl.server.PathMatchers.segment;

import dev.dynode.domain.view.AppSummary;
import dev.dynode.edge.api.context.ApiContext;
import dev.dynode.edge.api.context.Call;
import dev.dynode.edge.api.context.Presenter;
import dev.dynode.edge.api.json.Named;
import dev.dynode.edge.api.json.Person;
import dev.dynode.edge.api.json.Times;
import dev.dynode.edge.api.request.Errors;
import dev.dynode.edge.api.request.Json;
import dev.dynode.edge.api.request.Page.Field;
import java.net.URI;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.server.AllDirectives;
import org.apache.pekko.http.javadsl.server.Route;

/**
 * Of what an app has just one: its owner is its collaborator, and the router knows it by one name.
 */
public final class BareRoutes extends AllDirectives {
  private static final List<Field<CollaboratorJson>> COLLABORATORS =
      List.of(
          Field.text("id", CollaboratorJson::id), Field.text("email", each -> each.user().email()));
  private static final List<Field<DomainJson>> DOMAINS =
      List.of(Field.text("id", DomainJson::id), Field.text("hostname", DomainJson::hostname));

  private final ApiContext desk;
  private final Presenter present;

  public BareRoutes(ApiContext desk, Presenter present) {
    this.desk = desk;
    this.present = present;
  }

  public Route routes() {
    var collaborators = segment("apps").slash(segment()).slash("collaborators");
    var domains = segment("apps").slash(segment()).slash("domains");
    return concat(
        path(
            collaborators,
            app -> get(() -> desk.answer(call -> list(call, owner(app), COLLABORATORS)))),
        path(
            collaborators.slash(segment()),
            (app, who) -> get(() -> desk.answer(_ -> owner(app, who)))),
        path(domains, app -> get(() -> desk.answer(call -> list(call, domain(app), DOMAINS)))),
        path(
            domains.slash(segment()),
            (app, name) -> get(() -> desk.answer(_ -> domain(app, name)))));
  }

  private <T> CompletionStage<HttpResponse> list(
      Call call, CompletionStage<T> one, List<Field<T>> fields) {
    return one.thenApply(each -> desk.list(call, List.of(each), fields));
  }

  private CompletionStage<CollaboratorJson> owner(String app) {
    return desk.app(app)
        .thenApply(
            its -> {
              Person owner = present.person(its.owner());
              String since = Times.of(its.createdAt());
              return new CollaboratorJson(
                  Presenter.name(its),
                  Named.of("collaborator", its.id() + "/" + owner.id()).id(),
                  List.of(),
                  "owner",
                  new CollaboratorJson.User(owner.id(), owner.email(), false),
                  since,
                  since);
            });
  }

  private CompletionStage<HttpResponse> owner(String app, String identity) {
    return owner(app)
        .thenApply(
            owner ->
                one(
                    "collaborator",
                    owner,
                    List.of(owner.id(), owner.user().id(), owner.user().email()),
                    identity));
  }

  private CompletionStage<DomainJson> domain(String app) {
    return desk.app(app).thenApply(this::domain);
  }

  private DomainJson domain(AppSummary app) {
    String name = String.valueOf(URI.create(present.webUrl(app)).getHost());
    String since = Times.of(app.createdAt());
    return new DomainJson(
        Presenter.name(app),
        Named.of("domain", app.id() + "/" + name).id(),
        name,
        "heroku",
        "succeeded",
        null,
        null,
        null,
        null,
        since,
        since);
  }

  private CompletionStage<HttpResponse> domain(String app, String identity) {
    return domain(app)
        .thenApply(
            domain -> one("domain", domain, List.of(domain.id(), domain.hostname()), identity));
  }

  private static HttpResponse one(String kind, Object one, List<String> names, String identity) {
    if (!names.contains(identity)) {
      throw Errors.notFound(kind).exception();
    }
    return Json.response(200, one);
  }
}
