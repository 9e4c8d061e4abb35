package dev.dynode.engine.actor;

import dev.dynode.domain.host.HostView;
import dev.dynode.domain.id.HostId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.pekko.actor.Address;
import org.apache.pekko.actor.typed.ActorRef;
import org.jspecify.annotations.Nullable;

/**
 * What this node has heard of the hosts of its cluster. A host that was not heard of for a while
 * gets no new dynos; some time after it left the cluster it is lost, and its dynos with it.
 * Thread-safe.
 */
public final class KnownHosts implements Hosts {
  /** A new host has so many times as long to tell of itself as a report is good for. */
  private static final int PATIENCE = 4;

  private final ConcurrentMap<HostId, Known> known = new ConcurrentHashMap<>();
  private final Set<ActorRef<AppSupervisor.Command>> apps = ConcurrentHashMap.newKeySet();
  private final Duration freshFor;
  private final Absence absence;
  private final LongSupplier nanos;
  private final ConcurrentMap<Address, Long> silentSince = new ConcurrentHashMap<>();
  private volatile Supplier<Optional<Set<Address>>> silent = Optional::empty;

  /**
   * A host.
   *
   * @param heardAt when it last told of itself, by the clock of this JVM
   * @param hereAt when its node was last seen in the cluster
   * @param told its last report, or what it answered since; none of one that is only expected
   */
  private record Known(long heardAt, long hereAt, @Nullable Told told) {}

  /**
   * Absence after which a host's dynos are recorded as lost; its keeper must have killed them by
   * then.
   *
   * @param left of a host that this node has heard, and that its cluster has given up since
   * @param neverHere of one that this node never heard: an earlier cluster may keep its dynos alive
   */
  public record Absence(Duration left, Duration neverHere) {}

  /**
   * What a host tells of itself.
   *
   * @param filesLeft ended dynos whose files could not be removed yet; a host of an earlier release
   *     does not tell
   */
  public record Told(
      ActorRef<HostAgent.Command> agent,
      String rendezvous,
      HostView view,
      boolean draining,
      Optional<Integer> filesLeft) {
    private Told as(HostView now, boolean drains) {
      return new Told(agent, rendezvous, now, drains, filesLeft);
    }
  }

  /**
   * Knows nothing yet.
   *
   * @param freshFor how long a report is good enough to place dynos by
   * @param nanos a clock as {@link System#nanoTime}
   */
  public KnownHosts(Duration freshFor, Absence absence, LongSupplier nanos) {
    this.freshFor = freshFor;
    this.absence = absence;
    this.nanos = nanos;
  }

  /** A host has told of itself. */
  void heard(Told told) {
    Known before =
        known.put(told.view().id(), new Known(nanos.getAsLong(), nanos.getAsLong(), told));
    if (before == null
        || before.told() == null
        || !before.told().agent().equals(told.agent())
        || since(before.heardAt()).compareTo(freshFor)
            > 0) { // what it was told meanwhile may be lost
      var found = new AppSupervisor.HostFound(told.view().id());
      apps.forEach(app -> app.tell(found));
    }
  }

  /**
   * Tells the apps which hosts have been away for too long. That time begins when the cluster has
   * decided that a host is gone, not when this node stops to hear it: another node may still hear
   * it then, and so let its dynos live.
   *
   * @param inCluster whether the node of this agent is a member of the cluster
   * @param sure whether this cluster is known to be the newest; if not, nothing is lost yet
   */
  void look(Predicate<ActorRef<HostAgent.Command>> inCluster, boolean sure) {
    known.forEach(
        (host, last) -> {
          Told told = last.told();
          if (told != null && inCluster.test(told.agent())) {
            known.computeIfPresent(
                host, (_, now) -> new Known(now.heardAt(), nanos.getAsLong(), now.told()));
          } else if (sure
              && since(last.hereAt()).compareTo(told == null ? absence.neverHere() : absence.left())
                  > 0
              && known.remove(host, last)) {
            var lost = new AppSupervisor.HostLost(host);
            apps.forEach(app -> app.tell(lost));
          }
        });
  }

  /**
   * Tells which nodes are hosts and have not told of themselves.
   *
   * @param nodes none while this node is not in its cluster
   */
  void silent(Supplier<Optional<Set<Address>>> nodes) {
    silent = nodes;
  }

  @Override
  public boolean settled() {
    Optional<Set<Address>> now = silent.get();
    now.ifPresent(silentSince.keySet()::retainAll);
    return now.isPresent()
        && now.get().stream()
            .map(node -> silentSince.computeIfAbsent(node, _ -> nanos.getAsLong()))
            .filter(since -> since(since).compareTo(freshFor.multipliedBy(PATIENCE)) <= 0)
            .findAny()
            .isEmpty();
  }

  @Override
  public void unfollow(ActorRef<AppSupervisor.Command> app) {
    apps.remove(app);
  }

  private Duration since(long then) {
    return Duration.ofNanos(nanos.getAsLong() - then);
  }

  private Optional<Told> told(HostId host) {
    return Optional.ofNullable(known.get(host)).map(Known::told);
  }

  @Override
  public List<Told> all() {
    var all = new ArrayList<Told>();
    known.values().forEach(last -> Optional.ofNullable(last.told()).ifPresent(all::add));
    return all;
  }

  @Override
  public List<HostView> hosts() {
    return heardOf().filter(told -> !told.draining()).map(Told::view).toList();
  }

  @Override
  public int draining() {
    return (int) heardOf().filter(Told::draining).count();
  }

  private Stream<Told> heardOf() {
    return known.values().stream()
        .filter(last -> since(last.heardAt()).compareTo(freshFor) <= 0)
        .flatMap(last -> Optional.ofNullable(last.told()).stream());
  }

  @Override
  public Optional<ActorRef<HostAgent.Command>> agent(HostId host) {
    return told(host).map(Told::agent);
  }

  @Override
  public Optional<String> rendezvous(HostId host) {
    return told(host).map(Told::rendezvous);
  }

  @Override
  public void seen(HostView now, boolean draining) {
    known.computeIfPresent(
        now.id(),
        (_, last) -> {
          Told told = last.told();
          return told == null
              ? last
              : new Known(last.heardAt(), last.hereAt(), told.as(now, draining));
        });
  }

  @Override
  public void expect(HostId host) {
    known.computeIfAbsent(host, _ -> new Known(nanos.getAsLong(), nanos.getAsLong(), null));
  }

  @Override
  public void follow(ActorRef<AppSupervisor.Command> app) {
    apps.add(app);
  }
}
