package dev.dynode.engine.actor;

import dev.dynode.domain.Failure;
import dev.dynode.domain.app.AppOrder;
import dev.dynode.domain.app.AppState;
import dev.dynode.domain.id.AppId;
import dev.dynode.domain.logs.LogLine;
import dev.dynode.port.LogStore;
import org.apache.pekko.actor.typed.ActorRef;

/** Carries out an app's orders: log lines here, the rest is the supervisor's. */
record AppExecutor(AppId id, ActorRef<AppSupervisor.Command> supervisor, LogStore logs)
    implements DeciderActor.Executor<AppOrder, AppState> {
  @Override
  public void changed(AppState state) {
    supervisor.tell(new AppSupervisor.LedgerChanged(state));
  }

  @Override
  public void execute(AppOrder order) {
    if (order instanceof AppOrder.WriteLog(var at, String text)) {
      logs.append(id, new LogLine(at, "app", "api", text));
    } else {
      supervisor.tell(new AppSupervisor.LedgerOrder(order));
    }
  }

  @Override
  public void unreadable(Failure why) {
    supervisor.tell(new AppSupervisor.LedgerUnreadable(why));
  }
}
