package dev.dynode.actor.host;

import dev.dynode.domain.dyno.DynoCommand;
import dev.dynode.domain.dyno.DynoSpec;
import dev.dynode.port.AttachDesk;
import dev.dynode.port.ProcessRuntime.RunningProcess;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Consumer;

/** A client joined to a process of this host. */
record ProcessAttachment(
    DynoSpec spec,
    int generation,
    RunningProcess process,
    Consumer<DynoCommand> report,
    Consumer<AttachDesk.Detached> onDetached,
    AttachDesk.Client client)
    implements AttachDesk.Attachment {

  @Override
  public boolean terminal() {
    return spec.terminal();
  }

  @Override
  public boolean marksExit() {
    return spec.marksExit();
  }

  @Override
  public boolean printsMarker() {
    return spec.printsMarker();
  }

  @Override
  public boolean relayed() {
    return false;
  }

  @Override
  public Duration idleAfter() {
    return spec.policy().idleAfter();
  }

  @Override
  public void idle(Instant lastByte) {
    if (process.exit().toCompletableFuture().isDone()) {
      client.hangUp("The command has ended; its last output was not taken in time.");
    } else {
      report.accept(new DynoCommand.ReportIdle(generation, lastByte));
    }
  }

  @Override
  public void detached(AttachDesk.Detached reason) {
    onDetached.accept(reason);
  }
}
