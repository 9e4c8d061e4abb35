package dev.dynode.edge.router;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dynode.domain.app.AppCommand;
import dev.dynode.domain.app.AppPolicy;
import dev.dynode.domain.app.Tier;
import dev.dynode.domain.id.AppId;
import dev.dynode.edge.api.request.ListLogs;
import dev.dynode.edge.api.request.RuleControlPlane;
import dev.dynode.port.AppQuery;
import dev.dynode.port.ControlPlane.Answer;
import dev.dynode.port.LogStore.LogFilter;
import java.time.InstantSource;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.http.javadsl.model.HttpEntity;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What the router answers for apps that have nothing to answer with, over the real rules. */
@Tag("unit")
class RouterTest {
  private final RuleControlPlane control = new RuleControlPlane(AppPolicy.HEROKU);
  private final ListLogs logs = new ListLogs();
  private final HttpRouter router = new HttpRouter(control, logs, InstantSource.system());
  private AppId shop;

  @BeforeEach
  void anApp() throws Exception {
    var made = control.createApp("me@example.com", "shop", Tier.PRODUCTION, "us", "heroku-24");
    assertTrue(made.toCompletableFuture().get(10, TimeUnit.SECONDS) instanceof Answer.Done<?>);
    shop = Objects.requireNonNull(control.apps().get("shop"));
  }

  private HttpResponse ask(String host) throws Exception {
    return router
        .answer(HttpRequest.GET("/x?a=1").addHeader(RawHeader.create("Host", host)))
        .toCompletableFuture()
        .get(10, TimeUnit.SECONDS);
  }

  private static String page(HttpResponse answer) {
    return ((HttpEntity.Strict) answer.entity()).getData().utf8String();
  }

  private String logged() {
    return logs.last(shop, 1, new LogFilter(null, null)).getFirst().text();
  }

  @Test
  void inMaintenanceItSaysSo() throws Exception {
    maintain(true);
    HttpResponse answer = ask("shop.localhost:5102");
    assertEquals(503, answer.status().intValue());
    assertTrue(page(answer).contains("<title>Offline for Maintenance</title>"), page(answer));
    assertTrue(
        logged()
            .startsWith("at=info code=H80 desc=\"Maintenance mode\" method=GET path=\"/x?a=1\""),
        logged());
    maintain(false);
    assertTrue(page(ask("shop.localhost")).contains("Application error"));
    assertTrue(logged().startsWith("at=error code=H14 desc=\"No web processes running\""));
  }

  private void maintain(boolean on) throws Exception {
    control
        .change(
            shop,
            new AppCommand.UpdateApp(
                "me@example.com", Optional.empty(), Optional.of(on), Optional.empty()),
            new AppQuery.Summary())
        .toCompletableFuture()
        .get(10, TimeUnit.SECONDS);
  }

  @Test
  void anAppThatDoesNotAnswerIsThePlatformsFault() throws Exception {
    control.breakDown();
    assertEquals(503, ask("shop.localhost").status().intValue());
    assertTrue(logged().startsWith("at=error code=H99 desc=\"Platform error\""), logged());
  }

  @Test
  void unknownHostsHaveNoLine() throws Exception {
    assertEquals(404, ask("nobody.localhost").status().intValue());
    assertEquals(404, ask("").status().intValue());
  }
}
