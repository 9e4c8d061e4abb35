package dev.dynode.engine.actor;

import dev.dynode.domain.dyno.DynoCommand;
import dev.dynode.domain.dyno.DynoDecider;
import dev.dynode.domain.dyno.DynoEvent;
import dev.dynode.domain.dyno.DynoSpec;
import dev.dynode.domain.dyno.DynoState;
import dev.dynode.domain.dyno.DynoState.Live;
import dev.dynode.domain.id.DynoId;
import dev.dynode.domain.id.HostId;
import dev.dynode.engine.actor.DeciderActor.Message;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.persistence.typed.PersistenceId;

/** The actors of an app's dynos, and what each of them last said. For the supervisor's thread. */
final class DynoActors {
  private record Child(
      ActorRef<Message<DynoCommand, DynoEvent, DynoState>> actor, DynoState state) {}

  private final ActorContext<AppSupervisor.Command> context;
  private final AppSurroundings surroundings;
  private final Map<DynoId, Child> children = new HashMap<>();

  DynoActors(ActorContext<AppSupervisor.Command> context, AppSurroundings surroundings) {
    this.context = context;
    this.surroundings = surroundings;
  }

  /**
   * @param config of the dyno's release
   */
  void launch(DynoSpec spec, Map<String, String> config) {
    ActorRef<AppSupervisor.Command> app = context.getSelf();
    ActorRef<Message<DynoCommand, DynoEvent, DynoState>> actor =
        context.spawn(
            DeciderActor.create(
                PersistenceId.of("Dyno", spec.id().toString()),
                new DynoDecider(),
                surroundings.clock(),
                (_, alarms) ->
                    new DynoExecutor(
                        spec, config, app, surroundings.hosts(), surroundings.logs(), alarms)),
            "dyno-" + spec.id());
    context.watchWith(actor, new AppSupervisor.DynoEnded(spec.id()));
    children.put(spec.id(), new Child(actor, new DynoState.Absent()));
  }

  void tell(DynoId dyno, Message<DynoCommand, DynoEvent, DynoState> what) {
    Child child = children.get(dyno);
    if (child != null) {
      child.actor().tell(what);
    }
  }

  /**
   * What it last said; {@code Absent} until it has said something. None where there is no actor.
   */
  Optional<DynoState> state(DynoId dyno) {
    return Optional.ofNullable(children.get(dyno)).map(Child::state);
  }

  void changed(DynoId dyno, DynoState now) {
    children.computeIfPresent(dyno, (_, child) -> new Child(child.actor(), now));
  }

  /** Whether there was one. */
  boolean remove(DynoId dyno) {
    return children.remove(dyno) != null;
  }

  /** Those that were last said to be on this host. */
  List<DynoId> on(HostId host) {
    return children.entrySet().stream()
        .filter(
            dyno ->
                dyno.getValue().state() instanceof Live live
                    && live.host().equals(Optional.of(host)))
        .map(Map.Entry::getKey)
        .toList();
  }

  List<DynoId> all() {
    return List.copyOf(children.keySet());
  }
}
