package dev.dynode.engine.actor;

import dev.dynode.domain.host.HostView;
import dev.dynode.domain.id.HostId;
import dev.dynode.port.HostDirectory;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorRef;

/** The hosts, as the control plane reaches them. Thread-safe. */
public interface Hosts extends HostDirectory {

  /** Whether every host of the cluster has told of itself here, or has had the time to. */
  boolean settled();

  /** How many hosts are heard of and take no more dynos. */
  int draining();

  /** Everything the hosts told last that are not lost. */
  List<KnownHosts.Told> all();

  /** Who looks after a host's processes, if it can be reached now. */
  Optional<ActorRef<HostAgent.Command>> agent(HostId host);

  /** Host and port at which clients attach to what runs there, if it can be reached now. */
  Optional<String> rendezvous(HostId host);

  /** A host has answered that it is so; it holds until the host's next report. */
  void seen(HostView now, boolean draining);

  /** There are dynos on this host: somebody must learn when it is lost. */
  void expect(HostId host);

  /** From now on this app is told of hosts that come and are lost. */
  void follow(ActorRef<AppSupervisor.Command> app);

  /** The opposite. */
  void unfollow(ActorRef<AppSupervisor.Command> app);

  /** The one host of a node that is alone: always there. */
  record One(HostLoad load, ActorRef<HostAgent.Command> agent, Supplier<String> rendezvousOf)
      implements Hosts {
    @Override
    public List<HostView> hosts() {
      return load.hosts();
    }

    @Override
    public boolean settled() {
      return true;
    }

    @Override
    public int draining() {
      return load.draining() ? 1 : 0;
    }

    @Override
    public List<KnownHosts.Told> all() {
      return List.of(load.told(agent, rendezvousOf.get()));
    }

    @Override
    public Optional<ActorRef<HostAgent.Command>> agent(HostId host) {
      return Optional.of(agent);
    }

    @Override
    public Optional<String> rendezvous(HostId host) {
      return Optional.of(rendezvousOf.get());
    }

    @Override
    public void seen(HostView now, boolean draining) {}

    @Override
    public void expect(HostId host) {}

    @Override
    public void follow(ActorRef<AppSupervisor.Command> app) {}

    @Override
    public void unfollow(ActorRef<AppSupervisor.Command> app) {}
  }
}
