package dev.dynode.simulator.scenario;

import dev.dynode.domain.Refusal.Reason;
import dev.dynode.domain.app.AppEvent;
import dev.dynode.domain.app.Limit;
import dev.dynode.domain.app.Tier;
import dev.dynode.domain.dyno.DynoEvent;
import dev.dynode.domain.dyno.DynoEvent.Ending;
import dev.dynode.domain.dyno.DynoEvent.StopCause;
import dev.dynode.domain.dyno.DynoPolicy;
import dev.dynode.domain.dyno.DynoSize;
import dev.dynode.domain.dyno.DynoSpec;
import dev.dynode.domain.id.AppId;
import dev.dynode.domain.id.DynoId;
import dev.dynode.domain.id.HostId;
import dev.dynode.simulator.load.Behaviour;
import dev.dynode.simulator.load.Recording;
import dev.dynode.simulator.load.Request;
import dev.dynode.simulator.scenario.Scenario.AppPlan;
import dev.dynode.simulator.time.Dice;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Makes a scenario of a journal: the same requests at the same times, of dynos that behave as they
 * did. Events are given in any order of dynos, each dyno's and app's own in order.
 *
 * <p>What a journal cannot tell is taken to be so: a dyno that was stopped, hung up or cycled would
 * have run on for ever; one that was refused would have run as long as another of the same command,
 * or else of the same app.
 */
public final class RecordedJournal {
  private static final long MINUTE = 60_000_000_000L;
  private static final int POINTS = 20;

  private static final class RecordedApp {
    private String name = "";
    private Tier tier = Tier.PRODUCTION;
    private final List<RecordedDyno> dynos = new ArrayList<>();
    private final List<AppEvent.DynoRefused> refused = new ArrayList<>();
  }

  private static final class RecordedDyno {
    private final Instant requested;
    private final DynoSpec spec;
    private @Nullable Instant placed;
    private @Nullable Instant attached;
    private @Nullable Instant started;
    private @Nullable Instant left;
    private @Nullable Instant lastByte;
    private @Nullable Instant stopped;
    private @Nullable Instant ended;
    private @Nullable Ending ending;
    private @Nullable Instant exceeded;
    private int status;
    private long memory;
    private boolean trapsHangup;
    private boolean trapsTerminate;
    private boolean startFailed;

    RecordedDyno(Instant requested, DynoSpec spec) {
      this.requested = requested;
      this.spec = spec;
    }
  }

  private final Map<AppId, RecordedApp> apps = new LinkedHashMap<>();
  private final Map<DynoId, RecordedDyno> dynos = new HashMap<>();
  private final Map<String, Integer> limits = new HashMap<>();
  private final Set<HostId> hosts = new HashSet<>();
  private int capacity;
  private @Nullable DynoPolicy times;
  private Instant first = Instant.MAX;
  private Instant last = Instant.MIN;

  /** The next event of an app. */
  public void add(AppId id, AppEvent event) {
    RecordedApp app = apps.computeIfAbsent(id, _ -> new RecordedApp());
    switch (event) {
      case AppEvent.AppCreated created -> {
        app.name = created.name();
        app.tier = created.tier();
      }
      case AppEvent.AppUpdated updated -> {
        app.name = updated.name().orElse(app.name);
        app.tier = updated.tier().orElse(app.tier);
      }
      case AppEvent.DynoRequested(Instant at, _, DynoSpec spec, _, var limit) -> {
        var dyno = new RecordedDyno(at, spec);
        app.dynos.add(dyno);
        dynos.put(spec.id(), dyno);
        times = spec.policy();
        limit.ifPresent(this::limited);
        seen(at);
      }
      case AppEvent.DynoRefused refused -> {
        if (refused.reason() == Reason.OVER_LIMIT || refused.reason() == Reason.NO_ROOM) {
          app.refused.add(refused);
          seen(refused.at());
          Limit.of(refused, app.tier).ifPresent(this::limited);
        }
      }
      case AppEvent.ConfigVarsChanged _,
          AppEvent.SlugCreated _,
          AppEvent.SlugStored _,
          AppEvent.SlugRemoved _,
          AppEvent.ReleaseCreated _,
          AppEvent.DynoRetired _,
          AppEvent.AppDeleted _ -> {}
    }
  }

  private void limited(Limit limit) {
    limits.put(limit.name(), limit.most());
  }

  private void seen(Instant at) {
    first = at.isBefore(first) ? at : first;
    last = at.isAfter(last) ? at : last;
  }

  /** The next event of a dyno; its app must have granted it before. */
  public void add(DynoId id, DynoEvent event) {
    RecordedDyno dyno = dynos.get(id);
    if (dyno == null) {
      return;
    }
    seen(event.at());
    switch (event) {
      case DynoEvent.Placed(Instant at, _, _, HostId host, var grounds) -> {
        dyno.placed = at;
        hosts.add(host);
        grounds.ifPresent(why -> capacity = Math.max(capacity, why.capacity()));
      }
      case DynoEvent.ClientAttached(Instant at, _, _, _, _) -> dyno.attached = at;
      case DynoEvent.Started(Instant at, _, _, _) -> dyno.started = at;
      case DynoEvent.StartFailed _ -> dyno.startFailed = true;
      case DynoEvent.ClientDetached(Instant at, _, _) -> dyno.left = at;
      case DynoEvent.IdleTimedOut(_, _, _, Instant lastByte) -> dyno.lastByte = lastByte;
      case DynoEvent.HangupIgnored _ -> dyno.trapsHangup = true;
      case DynoEvent.ExitTimedOut _ -> dyno.trapsTerminate = true;
      case DynoEvent.StopRequested(Instant at, _, _, StopCause cause) -> {
        if (cause != StopCause.TIME_TO_LIVE) {
          dyno.stopped = at;
        }
      }
      case DynoEvent.MemoryExceeded(Instant at, _, _, long used, _) -> {
        dyno.exceeded = dyno.exceeded == null ? at : dyno.exceeded;
        dyno.memory = Math.max(dyno.memory, used);
      }
      case DynoEvent.QuotaExceeded(Instant at, _, _, _, long used, _) -> {
        dyno.exceeded = dyno.exceeded == null ? at : dyno.exceeded;
        dyno.memory = Math.max(dyno.memory, used);
      }
      case DynoEvent.Exited(_, _, _, int status) -> dyno.status = status;
      case DynoEvent.Retired(Instant at, _, _, Ending ending, _) -> {
        dyno.ended = at;
        dyno.ending = ending;
      }
      case DynoEvent.Created _,
          DynoEvent.BecameUp _,
          DynoEvent.WindowResized _,
          DynoEvent.HangupSent _,
          DynoEvent.Cycled _,
          DynoEvent.TerminateSent _,
          DynoEvent.KillSent _,
          DynoEvent.ProcessLimitHit _,
          DynoEvent.AttachFailed _,
          DynoEvent.Lost _ -> {}
    }
  }

  /**
   * The scenario that repeats it.
   *
   * @param changes such as {@code limits.standard=30}; what they leave out is as it was
   */
  public Scenario scenario(List<String> changes) {
    if (dynos.isEmpty()) {
      throw new ScenarioInvalid("The journal has no dyno to simulate.");
    }
    List<AppPlan> plans = new ArrayList<>();
    Set<String> names = new HashSet<>();
    apps.forEach(
        (id, app) -> {
          List<Request> requests = requests(app);
          if (!requests.isEmpty()) {
            String name = names.add(app.name) ? app.name : app.name + "-" + id;
            plans.add(new AppPlan(name, 1, app.tier, List.of(new Recording(requests))));
          }
        });
    return ScenarioFile.of(text(), Path.of("."), changes, plans);
  }

  private String text() {
    var text = new StringBuilder("name = \"the journal\"\nstart = \"" + first + "\"\n");
    text.append("length = ").append(Duration.between(first, last).toMillis() + 1).append(" ms\n");
    limits.forEach((name, limit) -> text.append("limits.%s = %d%n".formatted(name, limit)));
    text.append("hosts.number = ").append(Math.max(1, hosts.size())).append('\n');
    if (capacity > 0) {
      text.append("hosts.dynos = ").append(capacity).append('\n');
    }
    text.append("hosts.start-time = ").append(startTimes()).append('\n');
    if (times != null) {
      text.append(
          "times { attach-within = %d ms, idle-after = %d ms, hangup-every = %d ms, hangups = %d, life = %d ms, grace = %d ms }%n"
              .formatted(
                  times.attachWithin().toMillis(),
                  times.idleAfter().toMillis(),
                  times.hangupEvery().toMillis(),
                  times.hangups(),
                  times.life().toMillis(),
                  times.grace().toMillis()));
    }
    return text.toString();
  }

  /** How long starts took, as quantiles. */
  private String startTimes() {
    double[] seconds =
        dynos.values().stream()
            .filter(dyno -> dyno.started != null && ordered(dyno) != null)
            .mapToDouble(dyno -> Duration.between(ordered(dyno), dyno.started).toNanos() / 1e9)
            .filter(time -> time >= 0)
            .sorted()
            .toArray();
    if (seconds.length == 0) {
      return "0";
    }
    var points = new StringBuilder("{ quantiles = [");
    for (int i = 0; i <= POINTS; i++) {
      double share = (double) i / POINTS;
      int index = (int) Math.round(share * (seconds.length - 1));
      points.append(String.format(Locale.ROOT, "[%s, %.6f] ", share, seconds[index]));
    }
    return points.append("] }").toString().replace("] [", "], [");
  }

  /** When its command was ordered to start. */
  private static @Nullable Instant ordered(RecordedDyno dyno) {
    return dyno.spec.attach() ? dyno.attached : dyno.placed;
  }

  private List<Request> requests(RecordedApp app) {
    List<Request> requests = new ArrayList<>();
    Map<String, List<RecordedDyno>> byCommand = new HashMap<>();
    for (RecordedDyno dyno : app.dynos) {
      requests.add(
          new Request(
              nanos(first, dyno.requested),
              dyno.spec.command(),
              Optional.of(dyno.spec.size()),
              dyno.spec.attach(),
              dyno.spec.timeToLive(),
              behaviour(dyno)));
      byCommand.computeIfAbsent(dyno.spec.command(), _ -> new ArrayList<>()).add(dyno);
    }
    var dice = new Dice(app.name.hashCode());
    for (AppEvent.DynoRefused refused : app.refused) {
      List<RecordedDyno> alike = byCommand.getOrDefault(refused.command(), app.dynos);
      Optional<RecordedDyno> model =
          alike.isEmpty() ? Optional.empty() : Optional.of(dice.pick(alike));
      requests.add(
          new Request(
              nanos(first, refused.at()),
              refused.command(),
              refused.size().filter(size -> DynoSize.named(size).isPresent()),
              model.map(dyno -> dyno.spec.attach()).orElse(false),
              Optional.empty(),
              model.map(this::behaviour).orElse(Behaviour.lasting(MINUTE))));
    }
    requests.sort(Comparator.comparingLong(Request::at));
    return requests;
  }

  private Behaviour behaviour(RecordedDyno dyno) {
    boolean byItself =
        dyno.ending == Ending.EXITED
            || dyno.ending == Ending.LOST
            || (dyno.ending == Ending.HUNG_UP && dyno.trapsHangup);
    long runs =
        byItself && dyno.started != null && dyno.ended != null
            ? nanos(dyno.started, dyno.ended)
            : Behaviour.NEVER;
    return new Behaviour(
        runs,
        dyno.status,
        dyno.startFailed,
        dyno.trapsHangup,
        dyno.trapsTerminate,
        since(dyno.requested, dyno.attached),
        since(dyno.attached, dyno.left),
        since(dyno.attached, dyno.lastByte),
        since(dyno.requested, dyno.stopped),
        dyno.memory,
        grows(dyno));
  }

  /** So that it is above its quota when it was. */
  private static long grows(RecordedDyno dyno) {
    if (dyno.exceeded == null || dyno.started == null) {
      return 0;
    }
    long quota = DynoSize.of(dyno.spec).memoryBytes();
    return (long) ((double) nanos(dyno.started, dyno.exceeded) * dyno.memory / quota);
  }

  private static long since(@Nullable Instant from, @Nullable Instant to) {
    return from == null || to == null ? Behaviour.NEVER : nanos(from, to);
  }

  private static long nanos(Instant from, Instant to) {
    return Math.max(0, Duration.between(from, to).toNanos());
  }
}
