package dev.dynode.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.cbor.CBORFactory;
import com.typesafe.config.ConfigFactory;
import dev.dynode.domain.Failure;
import dev.dynode.domain.Refusal;
import dev.dynode.domain.Shortage;
import dev.dynode.domain.app.AppCommand;
import dev.dynode.domain.app.AppDecider;
import dev.dynode.domain.app.AppPolicy;
import dev.dynode.domain.app.AppState;
import dev.dynode.domain.app.AppState.App;
import dev.dynode.domain.app.DynoView;
import dev.dynode.domain.app.Tier;
import dev.dynode.domain.directory.DirectoryCommand;
import dev.dynode.domain.dyno.DynoCommand;
import dev.dynode.domain.dyno.DynoEvent;
import dev.dynode.domain.dyno.DynoOrder;
import dev.dynode.domain.dyno.DynoSpec;
import dev.dynode.domain.dyno.DynoTimer;
import dev.dynode.domain.dyno.Usage;
import dev.dynode.domain.host.HostView;
import dev.dynode.domain.id.AppId;
import dev.dynode.domain.id.DynoId;
import dev.dynode.domain.id.HostId;
import dev.dynode.domain.id.ReleaseId;
import dev.dynode.domain.id.SlugId;
import dev.dynode.domain.placement.Grounds;
import dev.dynode.domain.placement.Placement;
import dev.dynode.domain.view.AppReading;
import dev.dynode.domain.view.DynoAnswer;
import dev.dynode.engine.actor.AppSupervisor;
import dev.dynode.engine.actor.HostAgent;
import dev.dynode.engine.actor.HostWatch;
import dev.dynode.engine.actor.KnownHosts;
import dev.dynode.engine.actor.NameDirectory;
import dev.dynode.port.AppQuery;
import dev.dynode.port.ControlPlane.Answer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.serialization.Serialization;
import org.apache.pekko.serialization.SerializationExtension;
import org.apache.pekko.serialization.Serializers;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Every message between nodes comes back as it was sent. */
@Tag("unit")
class WireTest {
  private static final int WIRE = 5103;
  private static final String BY = "me@example.com";
  private static final Instant NOON = Instant.parse("2026-11-23T12:00:00.000001Z");
  private static final AppId APP = new AppId(new UUID(1, 1));
  private static final DynoId DYNO = new DynoId(new UUID(2, 1));
  private static final SlugId SLUG = new SlugId(new UUID(4, 1));
  private static final HostId HOST = new HostId("host-1");
  private static final ActorSystem<Object> SYSTEM =
      ActorSystem.create(
          Behaviors.empty(),
          "wire",
          ClusterSerialization.ofMessages().withFallback(ConfigFactory.load()));
  private static final ActorRef<Object> SOMEBODY =
      SYSTEM.systemActorOf(Behaviors.empty(), "somebody", Props.empty());

  @AfterAll
  static void stop() throws Exception {
    SYSTEM.terminate();
    SYSTEM.getWhenTerminated().toCompletableFuture().get(20, TimeUnit.SECONDS);
  }

  private static <T> ActorRef<T> somebody() {
    return SOMEBODY.narrow();
  }

  private static AppCommand.RunDyno run() {
    return new AppCommand.RunDyno(
        BY,
        DYNO,
        7,
        "echo $A",
        "run",
        Optional.of("Standard-2X"),
        false,
        false,
        Map.of("A", "b"),
        Optional.of(Duration.ofHours(1)),
        Optional.of("key"));
  }

  private static List<AppCommand> appCommands() {
    var release = new ReleaseId(new UUID(3, 1));
    return List.of(
        new AppCommand.CreateApp(BY, APP, release, "demo", Tier.PRODUCTION, "us", "heroku-24"),
        new AppCommand.UpdateApp(BY, Optional.of("new"), Optional.empty(), Optional.of(Tier.ECO)),
        new AppCommand.SetConfig(BY, release, Map.of("A", Optional.of("b"), "C", Optional.empty())),
        new AppCommand.CreateSlug(
            BY,
            SLUG,
            Map.of("web", "./serve"),
            Optional.of("SHA256:0"),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            "heroku-24"),
        new AppCommand.ReportSlugStored(BY, SLUG, 5, "SHA256:0"),
        new AppCommand.RemoveSlug(BY, SLUG),
        new AppCommand.CreateRelease(BY, release, SLUG, Optional.of("x")),
        new AppCommand.RollBack(BY, release, new ReleaseId(new UUID(3, 2))),
        run(),
        new AppCommand.RunNowhere(run(), new Shortage(0, 0, 0, 1, 0).refusal()),
        new AppCommand.RefuseDyno(run(), new Shortage(1, 2, 3, 4, 5).refusal()),
        new AppCommand.RetireDyno(BY, DYNO, DynoEvent.Ending.EXITED, Optional.of(3), NOON),
        new AppCommand.DeleteApp(BY));
  }

  private static List<DynoCommand> dynoCommands() {
    return List.of(
        new DynoCommand.Create(BY, spec(), HOST),
        new DynoCommand.Place(
            BY,
            HOST,
            Optional.of(
                new Grounds(
                    3, 1, 10, Optional.of(Placement.PACK), Optional.of(new Grounds.Memory(1, 2))))),
        new DynoCommand.Attach(BY, "10.0.0.1", Optional.of(new UUID(5, 5))),
        new DynoCommand.Resize(BY, 80, 24),
        new DynoCommand.Stop(BY, DynoEvent.StopCause.USER),
        new DynoCommand.TimerDue(DynoTimer.GRACE),
        new DynoCommand.ReportPrepared(1),
        new DynoCommand.ReportStarted(1, 77),
        new DynoCommand.ReportStartFailed(1, "no"),
        new DynoCommand.ReportDetached(1),
        new DynoCommand.ReportIdle(1, NOON),
        new DynoCommand.ReportUsage(1, new Usage(1, 2, 3, 4, 5, 6)),
        new DynoCommand.ReportExited(1, 143),
        new DynoCommand.ReportLost(1, "gone"));
  }

  private static List<DynoOrder.ForHost> orders() {
    return List.of(
        new DynoOrder.PrepareFiles(HOST, 1),
        new DynoOrder.StartProcess(HOST, 1),
        new DynoOrder.AskHost(HOST, 1),
        new DynoOrder.SignalProcess(HOST, 1, DynoOrder.StopSignal.TERMINATE),
        new DynoOrder.ResizeTerminal(HOST, 1, 80, 24),
        new DynoOrder.CloseAttach(HOST, 1, "idle"),
        new DynoOrder.DiscardFiles(HOST, 1));
  }

  private static App app() {
    var rules = new AppDecider(AppPolicy.HEROKU);
    AppState state = rules.initial();
    var release = new ReleaseId(new UUID(3, 9));
    for (AppCommand command :
        List.of(
            new AppCommand.CreateApp(BY, APP, release, "demo", Tier.PRODUCTION, "us", "heroku-24"),
            new AppCommand.SetConfig(
                BY, new ReleaseId(new UUID(3, 8)), Map.of("A", Optional.of("b"))),
            new AppCommand.CreateSlug(
                BY,
                SLUG,
                Map.of("web", "./serve"),
                Optional.of("SHA256:0"),
                Optional.empty(),
                Optional.of("a commit"),
                Optional.empty(),
                "heroku-24"),
            new AppCommand.ReportSlugStored(BY, SLUG, 5, "SHA256:0"),
            new AppCommand.CreateRelease(BY, new ReleaseId(new UUID(3, 7)), SLUG, Optional.empty()),
            run())) {
      for (var event : rules.decide(state, command, NOON).events()) {
        state = rules.evolve(state, event);
      }
    }
    return (App) state;
  }

  private static DynoSpec spec() {
    return app().roster().values().iterator().next().spec();
  }

  private static List<AppQuery<?>> queries() {
    return List.of(
        new AppQuery.Summary(),
        new AppQuery.Dynos(Optional.of(DYNO)),
        new AppQuery.Dyno("run.1"),
        new AppQuery.Releases(3),
        new AppQuery.Release("v2"),
        new AppQuery.Config(Optional.of("current")),
        new AppQuery.Formation(),
        new AppQuery.OneSlug(SLUG),
        new AppQuery.Digest());
  }

  private static <T> Answer<T> answer(AppQuery<T> query) {
    return query.of(new AppReading(app(), DynoView::of));
  }

  private static List<Object> messages() {
    var all = new ArrayList<Object>();
    for (AppCommand command : appCommands()) {
      all.add(
          new AppSupervisor.Change<>(
              command, new AppQuery.Summary(), Optional.of(NOON), somebody()));
    }
    for (AppQuery<?> query : queries()) {
      all.add(new AppSupervisor.Ask<>(query, Optional.of(NOON), somebody()));
      all.add(answer(query));
    }
    for (DynoCommand command : dynoCommands()) {
      all.add(new AppSupervisor.TellDyno("run.1", command, Optional.of(NOON), somebody()));
      all.add(new AppSupervisor.Report(DYNO, 5, command, somebody()));
    }
    for (DynoOrder.ForHost order : orders()) {
      all.add(new HostAgent.Carry(spec(), Map.of("A", "b"), order));
    }
    var claim = new DirectoryCommand.ClaimName(BY, "demo", APP);
    var free = new DirectoryCommand.FreeName(BY, "demo", APP);
    var told =
        new KnownHosts.Told(
            somebody(), "h:5101", new HostView(HOST, 1, 2, 3, 4), false, Optional.of(5));
    all.addAll(
        List.of(
            new AppSupervisor.Run(run(), Optional.of(NOON), somebody()),
            new AppSupervisor.Wake(),
            new AppSupervisor.Leave(),
            new AppSupervisor.FreeNameIfAbsent("demo"),
            new AppSupervisor.Held(DYNO, Optional.of(HOST), somebody()),
            new AppSupervisor.Held(DYNO, Optional.empty(), somebody()),
            new HostAgent.Taken(DYNO, 6),
            new HostAgent.Reserve(DYNO, 1, 512L << 20, somebody()),
            new HostAgent.Release(DYNO, 1),
            new AppSupervisor.Reservation(
                DYNO,
                true,
                new HostView(HOST, 1, 2, 3, Long.MAX_VALUE),
                new HostView(HOST, 2, 2, 4, Long.MAX_VALUE),
                false),
            new HostAgent.Finished(DYNO),
            new HostAgent.Watch(somebody()),
            new HostAgent.Heard(Optional.of(77L), Optional.of(2L)),
            new HostAgent.Heard(Optional.empty(), Optional.empty()),
            new HostAgent.Drain(true),
            new HostWatch.Tell(told, Optional.of(77L)),
            new NameDirectory.Change(claim, Optional.of(NOON), somebody()),
            new NameDirectory.Change(free, Optional.empty(), somebody()),
            new NameDirectory.Find("demo", somebody()),
            new NameDirectory.Found(Optional.of(APP)),
            new NameDirectory.Found(Optional.empty()),
            new Answer.Done<>(new DynoAnswer("demo", DYNO, Optional.empty())),
            new Answer.Done<>(true),
            new Answer.Failed<>(Failure.mayBeDone("The journal failed.")),
            new Answer.Refused<>(Refusal.late()),
            new Answer.Refused<>(new Shortage(0, 0, 0, 1, 0).refusal()),
            new Answer.Refused<>(Refusal.overLimit(5, "Basic", List.of("run.1")))));
    return all;
  }

  @Test
  void everyMessageComesBack() {
    Serialization serialization = SerializationExtension.get(SYSTEM);
    for (Object message : messages()) {
      var serializer = serialization.findSerializerFor(message);
      assertEquals(WIRE, serializer.identifier(), message::toString);
      byte[] bytes = serialization.serialize(message).get();
      assertEquals(
          message,
          serialization
              .deserialize(bytes, WIRE, Serializers.manifestFor(serializer, message))
              .get());
    }
  }

  @Test
  void nodesOfTheLastReleaseDoNotSayUntilWhenTheyWait() throws Exception {
    Serialization serialization = SerializationExtension.get(SYSTEM);
    var message = new AppSupervisor.Run(run(), Optional.of(NOON), somebody());
    var serializer = serialization.findSerializerFor(message);
    var cbor = new ObjectMapper(new CBORFactory());
    var fields = (ObjectNode) cbor.readTree(serialization.serialize(message).get());
    assertTrue(fields.remove("notAfter") != null, fields::toString);
    assertEquals(
        new AppSupervisor.Run(run(), Optional.empty(), somebody()),
        serialization
            .deserialize(
                cbor.writeValueAsBytes(fields), WIRE, Serializers.manifestFor(serializer, message))
            .get());
  }

  @Test
  void noneIsForgotten() {
    Set<Class<?>> seen = new HashSet<>();
    appCommands().forEach(command -> seen.add(command.getClass()));
    dynoCommands().forEach(command -> seen.add(command.getClass()));
    orders().forEach(order -> seen.add(order.getClass()));
    queries().forEach(query -> seen.add(query.getClass()));
    for (Class<?> sealed :
        List.of(AppCommand.class, AppQuery.class, DynoCommand.class, DynoOrder.ForHost.class)) {
      for (Class<?> one : sealed.getPermittedSubclasses()) {
        assertTrue(seen.contains(one), one::toString);
      }
    }
  }
}
