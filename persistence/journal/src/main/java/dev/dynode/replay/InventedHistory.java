package dev.dynode.replay;

import static java.util.Objects.requireNonNull;

import dev.dynode.domain.Decider;
import dev.dynode.domain.app.AppCommand;
import dev.dynode.domain.app.AppDecider;
import dev.dynode.domain.app.AppEvent;
import dev.dynode.domain.app.AppPolicy;
import dev.dynode.domain.app.AppState;
import dev.dynode.domain.app.Tier;
import dev.dynode.domain.directory.DirectoryEvent;
import dev.dynode.domain.dyno.DynoCommand;
import dev.dynode.domain.dyno.DynoDecider;
import dev.dynode.domain.dyno.DynoEvent;
import dev.dynode.domain.dyno.DynoEvent.Ending;
import dev.dynode.domain.dyno.DynoEvent.StopCause;
import dev.dynode.domain.dyno.DynoPolicy;
import dev.dynode.domain.dyno.DynoSpec;
import dev.dynode.domain.dyno.DynoState;
import dev.dynode.domain.dyno.DynoTimer;
import dev.dynode.domain.dyno.Usage;
import dev.dynode.domain.id.AppId;
import dev.dynode.domain.id.DynoId;
import dev.dynode.domain.id.HostId;
import dev.dynode.domain.id.ReleaseId;
import dev.dynode.journal.Intake;
import dev.dynode.journal.StoredEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;

/**
 * A history of an app that never was, as long as one likes: every event is decided by the rules.
 * For measurements, and to try what reads histories. The same seed gives the same history.
 */
public final class InventedHistory {
  private static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");
  private static final int AT_ONCE = 20;
  private static final String USER = "somebody@example.com";
  private static final long QUOTA = 512L << 20;

  private final Intake journal;
  private final EventCodec codec;
  private final Random random;
  private final AppId id;
  private final Kept<AppCommand, AppEvent, AppState> app;
  private final Deque<Kept<DynoCommand, DynoEvent, DynoState>> live = new ArrayDeque<>();
  private Instant now = BEGIN;
  private long events;

  /** Something that decides and is journaled. */
  private final class Kept<C, E, S> {
    private final String id;
    private final Decider<C, E, S, ?> decider;
    private S state;
    private long sequence;

    Kept(String id, Decider<C, E, S, ?> decider) {
      this.id = id;
      this.decider = decider;
      state = decider.initial();
    }

    void when(C command) {
      for (E event : decider.decide(state, command, now).events()) {
        state = decider.evolve(state, event);
        add(id, ++sequence, event);
      }
    }
  }

  private InventedHistory(Intake journal, EventCodec codec, String name, long seed) {
    this.journal = journal;
    this.codec = codec;
    random = new Random(seed);
    id = new AppId(uuid());
    app = new Kept<>("App|" + id, new AppDecider(AppPolicy.HEROKU));
    var claimed = new DirectoryEvent.NameClaimed(now, USER, name, id);
    add(HistoryImport.DIRECTORY, journal.count(HistoryImport.DIRECTORY) + 1, claimed);
    app.when(
        new AppCommand.CreateApp(USER, id, release(), name, Tier.PRODUCTION, "local", "dynode-1"));
    app.when(new AppCommand.SetConfig(USER, release(), Map.of("KEY", Optional.of("secret"))));
  }

  /**
   * Writes one with so many dynos; the last few of them are alive.
   *
   * @param name of the app
   * @return how many events it has
   */
  public static long write(Intake journal, EventCodec codec, String name, int dynos, long seed) {
    return write(journal, codec, name, dynos, 0, seed);
  }

  /** The same of an app that was released so many times more, before its first dyno. */
  public static long write(
      Intake journal, EventCodec codec, String name, int dynos, int releases, long seed) {
    var history = new InventedHistory(journal, codec, name, seed);
    for (int i = 0; i < releases; i++) {
      history.pass(60_000);
      history.app.when(
          new AppCommand.SetConfig(
              USER, history.release(), Map.of("KEY", Optional.of("secret-" + i))));
    }
    for (int i = 0; i < dynos; i++) {
      history.run();
    }
    journal.settle();
    return history.events;
  }

  /**
   * Writes the ledger of an app alone, as long as it is to be at least; the dynos that it tells of
   * are over, and have no story of their own.
   *
   * @return how many events it has
   */
  public static long ledger(Intake journal, EventCodec codec, String name, int events, long seed) {
    var history = new InventedHistory(journal, codec, name, seed);
    while (history.app.sequence < events) {
      history.pass(60_000);
      var dyno = new DynoId(history.uuid());
      history.app.when(history.request(dyno, false));
      history.pass(1_000);
      history.app.when(
          new AppCommand.RetireDyno(
              DynoDecider.SYSTEM, dyno, Ending.EXITED, Optional.of(0), history.now));
    }
    journal.settle();
    return history.app.sequence;
  }

  private void add(String of, long sequence, Object event) {
    events++;
    journal.add(
        new StoredEvent(
            of,
            sequence,
            0,
            now.toEpochMilli(),
            "invented",
            "",
            Set.of(),
            codec.pack(event),
            Optional.empty()));
  }

  private UUID uuid() {
    return new UUID(random.nextLong(), random.nextLong());
  }

  private ReleaseId release() {
    return new ReleaseId(uuid());
  }

  private void pass(int millis) {
    now = now.plusMillis(1 + random.nextInt(millis));
  }

  private void run() {
    pass(60_000);
    var dyno = new DynoId(uuid());
    boolean attach = random.nextBoolean();
    app.when(request(dyno, attach));
    DynoSpec spec = requireNonNull(((AppState.App) app.state).roster().get(dyno)).spec();
    var kept = new Kept<>("Dyno|" + dyno, new DynoDecider());
    kept.when(new DynoCommand.Create(USER, spec, new HostId("host-" + random.nextInt(4))));
    if (attach) {
      pass(200);
      kept.when(new DynoCommand.ReportPrepared(1));
      pass(1_000);
      kept.when(new DynoCommand.Attach(USER, "192.0.2." + random.nextInt(256)));
    }
    pass(200);
    kept.when(new DynoCommand.ReportStarted(1, 1_000 + random.nextInt(30_000)));
    live.add(kept);
    if (live.size() > AT_ONCE) {
      end(live.remove());
    }
  }

  private AppCommand request(DynoId dyno, boolean attach) {
    return new AppCommand.RunDyno(
        USER,
        dyno,
        random.nextInt(),
        "rake task:" + random.nextInt(100),
        "run",
        Optional.empty(),
        attach,
        attach,
        Map.of("COLUMNS", "120", "LINES", "40", "TOKEN", "secret-" + random.nextInt(1_000)),
        Optional.empty(),
        Optional.empty());
  }

  private void end(Kept<DynoCommand, DynoEvent, DynoState> dyno) {
    if (!(dyno.state instanceof DynoState.Live running)) {
      return;
    }
    DynoPolicy policy = running.spec().policy();
    pass(100_000);
    switch (random.nextInt(8)) {
      case 0 -> {
        dyno.when(new DynoCommand.Stop(USER, StopCause.USER));
        pass(2_000);
        exit(dyno, 143);
      }
      case 1 -> {
        dyno.when(new DynoCommand.ReportUsage(1, usage(QUOTA + (100L << 20))));
        now = now.plus(Duration.ofSeconds(20));
        dyno.when(new DynoCommand.ReportUsage(1, usage(2 * QUOTA)));
        pass(100);
        exit(dyno, 137);
      }
      case 2 -> {
        dyno.when(new DynoCommand.ReportDetached(1));
        for (int i = 0; i < policy.hangups(); i++) {
          now = now.plus(policy.hangupEvery());
          dyno.when(new DynoCommand.TimerDue(DynoTimer.HANGUP));
        }
        pass(100_000);
        exit(dyno, 0);
      }
      case 3 -> {
        now = now.plus(policy.idleAfter());
        dyno.when(new DynoCommand.ReportIdle(1, now.minus(policy.idleAfter())));
        pass(1_000);
        exit(dyno, 129);
      }
      case 4 -> dyno.when(new DynoCommand.ReportLost(1, "The host was started again"));
      default -> exit(dyno, random.nextInt(4));
    }
    if (dyno.state instanceof DynoState.Retired retired) {
      pass(10);
      app.when(
          new AppCommand.RetireDyno(
              DynoDecider.SYSTEM,
              retired.spec().id(),
              retired.ending(),
              retired.status(),
              retired.endedAt()));
    }
  }

  private static Usage usage(long bytes) {
    return new Usage(bytes, bytes, 0, 0, 0, 1);
  }

  private static void exit(Kept<DynoCommand, DynoEvent, DynoState> dyno, int status) {
    dyno.when(new DynoCommand.ReportExited(1, status));
  }
}
