package dev.dynode.engine.actor;

import dev.dynode.domain.Failure;
import dev.dynode.domain.dyno.DynoCommand;
import dev.dynode.domain.dyno.DynoEvent;
import dev.dynode.domain.dyno.DynoOrder;
import dev.dynode.domain.dyno.DynoSpec;
import dev.dynode.domain.dyno.DynoState;
import dev.dynode.domain.dyno.DynoTimer;
import dev.dynode.domain.logs.LogLine;
import dev.dynode.port.LogStore;
import java.time.Instant;
import java.util.Map;
import org.apache.pekko.actor.typed.ActorRef;

/** Carries out a dyno's orders: timers here, log lines in the store, the rest on its host. */
public record DynoExecutor(
    DynoSpec spec,
    Map<String, String> config,
    ActorRef<AppSupervisor.Command> app,
    Hosts hosts,
    LogStore logs,
    DeciderActor<DynoCommand, DynoEvent, DynoState, DynoOrder>.Alarms alarms)
    implements DeciderActor.Executor<DynoOrder, DynoState> {

  @Override
  public void changed(DynoState state) {
    app.tell(new AppSupervisor.DynoChanged(spec.id(), state));
  }

  @Override
  public void execute(DynoOrder order) {
    switch (order) {
      case DynoOrder.ArmTimer(DynoTimer timer, Instant at) ->
          alarms.arm(timer, at, new DynoCommand.TimerDue(timer));
      case DynoOrder.DisarmTimer(DynoTimer timer) -> alarms.disarm(timer);
      case DynoOrder.WriteLog(Instant at, String text) ->
          logs.append(spec.app(), new LogLine(at, "heroku", spec.name().toString(), text));
      case DynoOrder.ForApp forApp -> app.tell(new AppSupervisor.DynoOrdered(spec.id(), forApp));
      case DynoOrder.ForHost forHost -> // what a host misses is ordered again when it is found
          hosts
              .agent(forHost.host())
              .ifPresent(agent -> agent.tell(new HostAgent.Carry(spec, config, forHost)));
    }
  }

  @Override
  public void unreadable(Failure why) {
    app.tell(new AppSupervisor.Unborn(spec.id(), why));
  }
}
