package dev.dynode.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.dynode.cluster.ClusterSerialization;
import dev.dynode.cluster.Membership;
import dev.dynode.domain.Decision;
import dev.dynode.domain.app.AppCommand;
import dev.dynode.domain.app.AppDecider;
import dev.dynode.domain.app.AppState;
import dev.dynode.domain.app.AppState.App;
import dev.dynode.domain.app.DynoView;
import dev.dynode.domain.app.Tier;
import dev.dynode.domain.dyno.DynoOrder;
import dev.dynode.domain.id.AppId;
import dev.dynode.domain.id.DynoId;
import dev.dynode.domain.id.HostId;
import dev.dynode.domain.id.ReleaseId;
import dev.dynode.domain.id.SlugId;
import dev.dynode.domain.view.AppReading;
import dev.dynode.domain.view.DynoPage;
import dev.dynode.domain.view.ReleasePage;
import dev.dynode.engine.actor.AppSupervisor;
import dev.dynode.engine.actor.HostAgent;
import dev.dynode.engine.actor.Policies;
import dev.dynode.port.AppQuery;
import dev.dynode.port.ControlPlane.Answer;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.serialization.SerializationExtension;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * An app that has of everything as much as the configuration allows is written into messages, by
 * the serializers of a node: none is larger than is counted, nor than a frame.
 */
@Tag("unit")
class MessageBoundsTest {
  private static final String BY = "somebody@example.com";
  private static final Instant NOON = Instant.parse("2026-11-23T12:00:00.000001Z");
  private static final AppId APP = new AppId(new UUID(1, 1));
  private static final int MANY_RELEASES = 1_000;

  /** Of the longest characters in UTF-8, by their number in Java. */
  private static final String LONG = "\u2620";

  private static final ActorSystem<Object> SYSTEM =
      ActorSystem.create(
          Behaviors.empty(),
          "bounds",
          ClusterSerialization.ofMessages().withFallback(ConfigFactory.load()));
  private static final ActorRef<Object> SOMEBODY =
      SYSTEM.systemActorOf(Behaviors.empty(), "somebody", Props.empty());

  private static final Config USUAL = config("");
  private static final MessageBounds BOUNDS = MessageBounds.checked(USUAL);
  private static final int BODY = Math.toIntExact(USUAL.getBytes("dynode.api.max-json"));
  private static final int COMMAND = USUAL.getInt("dynode.apps.command-characters");
  private static final int VARS = Math.toIntExact(USUAL.getBytes("dynode.apps.config-bytes"));

  private final AppDecider rules = new AppDecider(Policies.from(USUAL.getConfig("dynode")));
  private AppState state = rules.initial();

  @AfterAll
  static void stop() throws Exception {
    SYSTEM.terminate();
    SYSTEM.getWhenTerminated().toCompletableFuture().get(20, TimeUnit.SECONDS);
  }

  private static Config config(String given) {
    var member =
        new Membership(
            Set.of(Membership.Role.CONTROL), "127.0.0.1", 0, List.of(), "h", Optional.empty());
    Config config = ConfigFactory.parseString(given).withFallback(ConfigFactory.load());
    return member.over(config).resolve();
  }

  private static void within(long most, Object message) {
    long bytes = SerializationExtension.get(SYSTEM).serialize(message).get().length;
    assertTrue(
        bytes <= most,
        () -> message.getClass().getSimpleName() + " takes " + bytes + ", more than " + most);
  }

  private void when(AppCommand command) {
    Decision<?> decision = rules.decide(state, command, NOON);
    assertTrue(decision instanceof Decision.Accepted, decision::toString);
    for (var event : rules.decide(state, command, NOON).events()) {
      state = rules.evolve(state, event);
    }
  }

  private static ReleaseId release(int number) {
    return new ReleaseId(new UUID(3, number));
  }

  private static AppCommand.RunDyno run(int number) {
    String command = "web" + LONG.repeat(COMMAND - 3);
    return new AppCommand.RunDyno(
        BY,
        new DynoId(new UUID(2, number)),
        number,
        command,
        "t".repeat(128),
        Optional.empty(),
        false,
        false,
        number == 0
            ? Map.of(
                "A",
                "x"
                    .repeat(
                        BODY
                            - LONG.repeat(COMMAND)
                                .getBytes(java.nio.charset.StandardCharsets.UTF_8)
                                .length))
            : Map.of(),
        Optional.empty(),
        Optional.of("k".repeat(200) + number));
  }

  /** As many short ones as there can be. */
  private static Map<String, Optional<String>> vars() {
    var vars = new HashMap<String, Optional<String>>();
    for (int bytes = 0, i = 0; ; i++) {
      String name = Integer.toString(i, Character.MAX_RADIX);
      bytes += name.length();
      if (bytes > VARS) {
        return vars;
      }
      vars.put(name, Optional.of(""));
    }
  }

  private void fill() {
    when(
        new AppCommand.CreateApp(
            BY, APP, release(0), "n".repeat(30), Tier.PRODUCTION, "us", "heroku-24"));
    when(new AppCommand.SetConfig(BY, release(1), vars()));
    var slug = new SlugId(new UUID(4, 1));
    when(
        new AppCommand.CreateSlug(
            BY,
            slug,
            Map.of("web", "x".repeat(BODY - 100)),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            "heroku-24"));
    when(new AppCommand.ReportSlugStored(BY, slug, 5, "SHA256:" + "0".repeat(64)));
    for (int i = 2; i < MANY_RELEASES; i++) {
      when(
          new AppCommand.CreateRelease(
              BY, release(i), slug, Optional.of("d".repeat(i == 500 ? BODY - 100 : 1_000))));
    }
    for (int i = 0; i < USUAL.getInt("dynode.apps.one-off-limits.standard"); i++) {
      when(run(i));
    }
  }

  private static long bound(AppQuery<?> query) {
    return switch (query) {
      case AppQuery.Summary _, AppQuery.Digest _ -> BOUNDS.request();
      case AppQuery.Dynos _, AppQuery.Dyno _ -> BOUNDS.dynos();
      case AppQuery.Releases _, AppQuery.Release _ -> BOUNDS.releases();
      case AppQuery.Config _ -> BOUNDS.config();
      case AppQuery.Formation _, AppQuery.OneSlug _ -> BOUNDS.slug();
    };
  }

  @Test
  void noMessageIsLargerThanIsCounted() {
    fill();
    App app = (App) state;
    var reading = new AppReading(app, DynoView::of);
    within(BOUNDS.request(), new AppSupervisor.Run(run(0), Optional.of(NOON), SOMEBODY.narrow()));
    within(
        BOUNDS.launch(),
        new HostAgent.Carry(
            app.roster().values().iterator().next().spec(),
            app.config(),
            new DynoOrder.StartProcess(new HostId("h"), 1)));
    List<AppQuery<?>> queries =
        List.of(
            new AppQuery.Summary(),
            new AppQuery.Dynos(Optional.empty()),
            new AppQuery.Dyno("t".repeat(128) + ".1000"),
            new AppQuery.Releases(400),
            new AppQuery.Release("v500"),
            new AppQuery.Config(Optional.of("v500")),
            new AppQuery.Formation(),
            new AppQuery.OneSlug(new SlugId(new UUID(4, 1))),
            new AppQuery.Digest());
    for (AppQuery<?> query : queries) {
      Answer<?> answer = query.of(reading);
      assertTrue(answer instanceof Answer.Done, answer::toString);
      within(bound(query), answer);
    }
    assertEquals(
        Set.of(AppQuery.class.getPermittedSubclasses()),
        queries.stream().map(Object::getClass).collect(Collectors.toSet()));
    Decision<?> over = rules.decide(state, run(1_000), NOON);
    within(BOUNDS.refusal(), new Answer.Refused<>(((Decision.Refused<?>) over).refusal()));

    var dynos = new HashSet<DynoId>();
    for (Optional<DynoId> next = Optional.empty(); dynos.isEmpty() || next.isPresent(); ) {
      DynoPage page = reading.dynos(next);
      within(BOUNDS.dynos(), new Answer.Done<>(page));
      page.dynos().forEach(dyno -> dynos.add(dyno.id()));
      next = page.next();
    }
    assertEquals(app.roster().keySet(), dynos);
    int releases = 0;
    for (Optional<Integer> next = Optional.of(0); next.isPresent(); ) {
      ReleasePage page = reading.releases(next.get());
      within(BOUNDS.releases(), new Answer.Done<>(page));
      releases += page.releases().size();
      next = page.next();
    }
    assertEquals(app.releases().size(), releases);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "dynode.api.max-json = 2 MiB",
        "dynode.apps.config-bytes = 2 MiB",
        "dynode { api.max-json = 1500 KiB, apps.command-characters = 1000000 }"
      })
  void aLimitAboveWhatFramesCarryIsRefused(String given) {
    String why =
        String.valueOf(
            assertThrows(IllegalArgumentException.class, () -> MessageBounds.checked(config(given)))
                .getMessage());
    assertTrue(why.contains("maximum-frame-size"), why);
  }
}
