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
      case Look() -> {
        Set<Address> members = new HashSet<>();
        Cluster.get(getContext().getSystem())
            .state()
            .getMembers()
            .forEach(member -> members.add(member.address()));
        Address here = Cluster.get(getContext().getSystem()).selfMember().address();
        hosts.look(
            agent ->
                members.contains(
                    agent.path().address().hasGlobalScope() ? agent.path().address() : here));
      }
    }
    return this;
  }
}
