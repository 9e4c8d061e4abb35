package dev.dynode.engine.actor;

import dev.dynode.port.Standing;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.apache.pekko.actor.Address;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.SupervisorStrategy;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.receptionist.Receptionist;
import org.apache.pekko.cluster.Member;
import org.apache.pekko.cluster.MemberStatus;
import org.apache.pekko.cluster.typed.Cluster;

/** Finds the hosts of the cluster and hears what they tell. One on each node that needs them. */
public final class HostWatch extends AbstractBehavior<HostWatch.Command> {

  /** What the watch understands. */
  public sealed interface Command {}

  /**
   * A host tells of itself; it is answered by {@link HostAgent.Heard}.
   *
   * @param at when it did, by the host's own clock: only the host understands it
   */
  public record Tell(KnownHosts.Told told, Optional<Long> at) implements Command {}

  private record Found(Receptionist.Listing listing) implements Command {}

  private record Look() implements Command {}

  private static final Set<MemberStatus> COMING =
      Set.of(MemberStatus.joining(), MemberStatus.weaklyUp());

  /** Who has not been confirmed for longer may be overtaken, and calls no host lost. */
  private static final Duration SURE = Duration.ofSeconds(5);

  private final KnownHosts hosts;
  private final Standing standing;
  private final Duration keeping;
  private final Cluster cluster;
  private Set<ActorRef<HostAgent.Command>> agents = Set.of();

  /**
   * @param every time between two looks for hosts that are lost
   * @param keeping how long after it was last confirmed this node keeps the dynos of hosts alive
   */
  public static Behavior<Command> create(
      KnownHosts hosts, Duration every, Standing standing, Duration keeping) {
    return Behaviors.supervise(
            Behaviors.<Command>setup(
                context ->
                    Behaviors.withTimers(
                        timers -> {
                          timers.startTimerWithFixedDelay(new Look(), every);
                          return new HostWatch(context, hosts, standing, keeping);
                        })))
        .onFailure(Throwable.class, SupervisorStrategy.resume());
  }

  private HostWatch(
      ActorContext<Command> context, KnownHosts hosts, Standing standing, Duration keeping) {
    super(context);
    this.hosts = hosts;
    this.standing = standing;
    this.keeping = keeping;
    cluster = Cluster.get(context.getSystem());
    hosts.silent(this::silent);
    context
        .getSystem()
        .receptionist()
        .tell(
            Receptionist.subscribe(
                HostAgent.KEY, context.messageAdapter(Receptionist.Listing.class, Found::new)));
  }

  @Override
  public Receive<Command> createReceive() {
    return newReceiveBuilder().onAnyMessage(this::receive).build();
  }

  private Behavior<Command> receive(Command command) {
    switch (command) {
      case Tell(KnownHosts.Told told, Optional<Long> at) -> {
        hosts.heard(told);
        if (confirmedWithin(keeping)) {
          told.agent().tell(new HostAgent.Heard(at, Optional.of(standing.cluster())));
        }
      }
      case Found(Receptionist.Listing listing) -> {
        agents = Set.copyOf(listing.getServiceInstances(HostAgent.KEY));
        watchSilent();
      }
      case Look() -> {
        Set<Address> members = new HashSet<>();
        cluster.state().getMembers().forEach(member -> members.add(member.address()));
        hosts.look(agent -> members.contains(address(agent)), confirmedWithin(SURE));
        watchSilent();
      }
    }
    return this;
  }

  private boolean confirmedWithin(Duration time) {
    return standing.confirmedAgo().compareTo(time) <= 0;
  }

  /** Again and again, for it may be lost. */
  private void watchSilent() {
    Set<ActorRef<HostAgent.Command>> silent = new HashSet<>(agents);
    hosts.all().forEach(told -> silent.remove(told.agent()));
    silent.forEach(agent -> agent.tell(new HostAgent.Watch(getContext().getSelf())));
  }

  /** Those that join count, too: before they are up, every node has seen them join. */
  private Optional<Set<Address>> silent() {
    MemberStatus here = cluster.selfMember().status();
    if (here.equals(MemberStatus.removed()) || COMING.contains(here)) {
      return Optional.empty();
    }
    Set<Address> silent = new HashSet<>();
    for (Member member : cluster.state().getMembers()) {
      if (member.hasRole(HostAgent.ROLE)
          && (COMING.contains(member.status()) || member.status().equals(MemberStatus.up()))) {
        silent.add(member.address());
      }
    }
    hosts.all().forEach(told -> silent.remove(address(told.agent())));
    return Optional.of(silent);
  }

  private Address address(ActorRef<?> agent) {
    Address address = agent.path().address();
    return address.hasGlobalScope() ? address : cluster.selfMember().address();
  }
}
