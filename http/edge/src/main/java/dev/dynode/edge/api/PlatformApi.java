package dev.dynode.edge.api;

import static org.apache.pekko.http.javadsl.server.PathMatchers.segment;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.dynode.edge.api.absent.NotAvailableRoutes;
import dev.dynode.edge.api.absent.OtherServices;
import dev.dynode.edge.api.accounts.AccountRoutes;
import dev.dynode.edge.api.apps.AppRoutes;
import dev.dynode.edge.api.catalog.BareRoutes;
import dev.dynode.edge.api.catalog.CatalogRoutes;
import dev.dynode.edge.api.context.ApiContext;
import dev.dynode.edge.api.context.Collaborators;
import dev.dynode.edge.api.context.Presenter;
import dev.dynode.edge.api.dynos.DynoRoutes;
import dev.dynode.edge.api.formation.FormationRoutes;
import dev.dynode.edge.api.history.ArchiveRoutes;
import dev.dynode.edge.api.history.HistoryRoutes;
import dev.dynode.edge.api.hosts.HostRoutes;
import dev.dynode.edge.api.logs.LogRoutes;
import dev.dynode.edge.api.logs.LogSessions;
import dev.dynode.edge.api.releases.ConfigVarRoutes;
import dev.dynode.edge.api.releases.ReleaseRoutes;
import dev.dynode.edge.api.request.ApiFilters;
import dev.dynode.edge.api.request.ApiSettings;
import dev.dynode.edge.api.request.MalformedRequest;
import dev.dynode.edge.api.request.RateLimit;
import dev.dynode.edge.api.request.SchemaLinks;
import dev.dynode.edge.api.request.WrongTokens;
import dev.dynode.edge.api.slugs.BlobRoutes;
import dev.dynode.edge.api.slugs.SlugRoutes;
import dev.dynode.edge.server.HttpServer;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import org.apache.pekko.actor.ClassicActorSystemProvider;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.server.AllDirectives;
import org.apache.pekko.http.javadsl.server.Route;
import org.apache.pekko.http.javadsl.settings.ServerSettings;

/**
 * Heroku's Platform API v3, as far as one-off dynos, releases and logs go; the rest of it says that
 * it is not there. Thread-safe.
 */
public final class PlatformApi extends AllDirectives {
  private final ApiSettings settings;
  private final Route route;

  public PlatformApi(Collaborators with, ApiSettings settings, ClassicActorSystemProvider system) {
    this.settings = settings;
    // Virtual threads: they wait for disks and senders, and end with their task.
    Executor blocking = Executors.newVirtualThreadPerTaskExecutor();
    var desk = new ApiContext(with, settings, system);
    var present = new Presenter(with, settings);
    var rate = new RateLimit(settings.rate(), System::nanoTime);
    var logs = new LogRoutes(desk, new LogSessions(settings.streams(), with.clock()), blocking);
    var histories = new HistoryRoutes(desk, blocking);
    Route guarded =
        concat(
            new DynoRoutes(desk, present).routes(),
            histories.routes(),
            new ArchiveRoutes(desk, histories, blocking).routes(),
            new AppRoutes(desk, present).routes(),
            new ConfigVarRoutes(desk).routes(),
            new FormationRoutes(desk, present).routes(),
            new ReleaseRoutes(desk, present).routes(),
            new SlugRoutes(desk, present).routes(),
            logs.routes(),
            new AccountRoutes(desk, rate).routes(),
            new CatalogRoutes(desk).routes(),
            new HostRoutes(desk).routes(),
            new BareRoutes(desk, present).routes(),
            new NotAvailableRoutes(desk).routes());
    Route open =
        concat(
            path(
                segment("schema"),
                () ->
                    get(() -> getFromResource(SchemaLinks.SCHEMA, ContentTypes.APPLICATION_JSON))),
            logs.streams(),
            new OtherServices().routes(),
            new BlobRoutes(desk, blocking).routes());
    route =
        new ApiFilters(
                with.tokens(), new WrongTokens(settings.wrongTokens(), System::nanoTime), rate)
            .around(guarded, open);
  }

  /** All of it, for a server of one's own. */
  public Route route() {
    return route;
  }

  /**
   * Serves it.
   *
   * @param port 0: any free one, which the binding tells
   */
  public CompletionStage<HttpServer.Bound> bind(
      ClassicActorSystemProvider system, String host, int port) {
    return bind(system, host, port, route);
  }

  /** Serves a route that is this one or goes around it. */
  public CompletionStage<HttpServer.Bound> bind(
      ClassicActorSystemProvider system, String host, int port, Route around) {
    return HttpServer.bind(
        system, host, port, settings.connections(), serverSettings(system), around.handler(system));
  }

  private ServerSettings serverSettings(ClassicActorSystemProvider system) {
    ApiSettings.Requests limits = settings.requests();
    Config ours =
        ConfigFactory.parseMap(
            Map.of(
                "pekko.http.server.server-header",
                "",
                "pekko.http.server.request-timeout",
                limits.timeout().toMillis() + " ms",
                "pekko.http.server.parsing.error-handler",
                MalformedRequest.class.getName(),
                "pekko.http.server.parsing.max-content-length",
                settings.slugs().maxSize(),
                "pekko.http.server.parsing.max-header-value-length",
                limits.maxHeaderLength(),
                "pekko.http.server.parsing.max-header-count",
                limits.maxHeaderCount(),
                "pekko.http.server.parsing.max-uri-length",
                limits.maxUriLength(),
                // HEAD is GET without a body, wherever there is GET.
                "pekko.http.server.transparent-head-requests",
                true,
                // We read headers as they came: the API's Range and Accept are not the standard's.
                "pekko.http.server.parsing.modeled-header-parsing",
                false));
    return ServerSettings.create(ours.withFallback(system.classicSystem().settings().config()));
  }
}
