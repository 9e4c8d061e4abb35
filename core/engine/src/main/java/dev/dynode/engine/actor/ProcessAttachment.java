package dev.dynode.engine.actor;

import dev.dynode.domain.dyno.DynoCommand;
import dev.dynode.domain.dyno.DynoSpec;
import dev.dynode.port.AttachGateway;
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
    Consumer<AttachGateway.Detached> onDetached,
    AttachGateway.Client client)
    implements AttachGateway.Attachment {

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
  public void detached(AttachGateway.Detached reason) {
    onDetached.accept(reason);
  }
}
