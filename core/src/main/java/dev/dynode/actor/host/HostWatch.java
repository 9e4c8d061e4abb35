package dev.dynode.actor.host;

import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import org.apache.pekko.actor.Address;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
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

  /** A host tells of itself; it is answered by {@link HostAgent.Heard}. */
  public record Tell(KnownHosts.Told told) implements Command {}

  private record Found(Receptionist.Listing listing) implements Command {}

  private record Look() implements Command {}

  private final KnownHosts hosts;

  /**
   * @param every time between two looks for hosts that are lost
   */
  public static Behavior<Command> create(KnownHosts hosts, Duration every) {
    return Behaviors.setup(
        context ->
            Behaviors.withTimers(
                timers -> {
                  timers.startTimerWithFixedDelay(new Look(), every);
                  return new HostWatch(context, hosts);
                }));
  }

  private HostWatch(ActorContext<Command> context, KnownHosts hosts) {
    super(context);
    this.hosts = hosts;
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
      case Tell(KnownHosts.Told told) -> {
        hosts.heard(told);
        told.agent().tell(new HostAgent.Heard());
      }
      case Found(Receptionist.Listing listing) -> {
        for (ActorRef<HostAgent.Command> agent : listing.getServiceInstances(HostAgent.KEY)) {
          agent.tell(new HostAgent.Watch(getContext().getSelf()));
        }
      }
      case Look() -> look(Cluster.get(getContext().getSystem()));
    }
    return this;
  }

  private void look(Cluster cluster) {
    Member here = cluster.selfMember();
    Set<Address> members = new HashSet<>();
    Set<Address> silent = new HashSet<>();
    for (Member member : cluster.state().getMembers()) {
      members.add(member.address());
      if (member.hasRole(HostAgent.ROLE) && member.status().equals(MemberStatus.up())) {
        silent.add(member.address());
      }
    }
    hosts.look(agent -> members.contains(address(agent, here)));
    if (here.status().equals(MemberStatus.up())) {
      hosts.all().forEach(told -> silent.remove(address(told.agent(), here)));
      hosts.settle(silent.size());
    }
  }

  private static Address address(ActorRef<?> agent, Member here) {
    Address address = agent.path().address();
    return address.hasGlobalScope() ? address : here.address();
  }
}
