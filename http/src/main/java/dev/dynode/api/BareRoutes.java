package dev.dynode.api;

import static org.apache.pekko.http.javadsl.server.PathMatchers.segment;

import dev.dynode.api.wire.CollaboratorJson;
import dev.dynode.api.wire.Named;
import dev.dynode.api.wire.Person;
import dev.dynode.api.wire.Times;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.server.AllDirectives;
import org.apache.pekko.http.javadsl.server.PathMatchers;
import org.apache.pekko.http.javadsl.server.Route;

/**
 * What clients ask about although there is little to say: an app has its owner as collaborator and
 * no add-ons, domains, drains or features.
 */
final class BareRoutes extends AllDirectives {
  private static final List<String> EMPTY =
      List.of(
          "addons",
          "addon-attachments",
          "features",
          "domains",
          "log-drains",
          "webhooks",
          "builds",
          "sni-endpoints",
          "buildpack-installations");

  private final Desk desk;
  private final Presenter present;

  BareRoutes(Desk desk, Presenter present) {
    this.desk = desk;
    this.present = present;
  }

  Route routes() {
    Route[] empty =
        EMPTY.stream()
            .map(
                name ->
                    path(
                        segment("apps").slash(segment()).slash(name),
                        app -> get(() -> desk.answer(_ -> none(app)))))
            .toArray(Route[]::new);
    return concat(
        path(
            PathMatchers.segment("addons").orElse(segment("addon-attachments")),
            () ->
                get(
                    () ->
                        desk.answer(
                            _ ->
                                CompletableFuture.completedFuture(Json.response(200, List.of()))))),
        concat(
            path(
                segment("apps").slash(segment()).slash("collaborators"),
                app -> get(() -> desk.answer(_ -> collaborators(app)))),
            empty));
  }

  private CompletionStage<HttpResponse> none(String app) {
    return desk.app(app).thenApply(_ -> Json.response(200, List.of()));
  }

  private CompletionStage<HttpResponse> collaborators(String app) {
    return desk.app(app)
        .thenApply(
            view -> {
              Person owner = present.person(view.app().owner());
              String since = Times.of(view.app().createdAt());
              return Json.response(
                  200,
                  List.of(
                      new CollaboratorJson(
                          Presenter.name(view.app()),
                          Named.of("collaborator", view.app().id() + "/" + owner.id()).id(),
                          List.of(),
                          "owner",
                          new CollaboratorJson.User(owner.id(), owner.email(), false),
                          since,
                          since)));
            });
  }
}
