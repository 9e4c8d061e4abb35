package dev.dynode.actor.host;

import dev.dynode.actor.DeciderActor.Decide;
import dev.dynode.actor.DeciderActor.Message;
import dev.dynode.domain.dyno.DynoCommand;
import dev.dynode.domain.dyno.DynoEvent;
import dev.dynode.domain.dyno.DynoOrder;
import dev.dynode.domain.dyno.DynoSpec;
import dev.dynode.domain.dyno.DynoState;
import dev.dynode.domain.id.DynoId;
import dev.dynode.port.AttachDesk;
import dev.dynode.port.ProcessRuntime;
import dev.dynode.port.ProcessRuntime.RunningProcess;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.slf4j.LoggerFactory;

/**
 * What runs on this machine. One {@link ProcessActor} for each dyno placed here; orders about a
 * launch this machine does not know are answered with {@code ReportLost}.
 */
public final class HostAgent extends AbstractBehavior<HostAgent.Command> {

  /** What the agent understands. */
  public sealed interface Command {}

  /** Carry out a dyno's order and report to it. */
  public record Carry(
      DynoSpec spec,
      Map<String, String> config,
      DynoOrder order,
      ActorRef<Message<DynoCommand, DynoEvent, DynoState>> dyno)
      implements Command {}

  /** A client was granted this dyno's process and waits for it. */
  public record Join(
      DynoId dyno, AttachDesk.Client client, CompletableFuture<AttachDesk.Attachment> joined)
      implements Command {}

  /** An app has read its journal: these dynos of it are over. */
  public record Finished(Set<DynoId> dynos) implements Command {}

  private record Ended(DynoId dyno) implements Command {}

  private final HostSurroundings surroundings;
  private final Set<DynoId> lost;
  private final Map<DynoId, RunningProcess> adopted;
  private final Map<DynoId, ActorRef<ProcessActor.Command>> processes = new HashMap<>();

  /**
   * @param found what an earlier life of this host left
   */
  public static Behavior<Command> create(
      HostSurroundings surroundings, ProcessRuntime.Recovery found) {
    return Behaviors.setup(context -> new HostAgent(context, surroundings, found));
  }

  private HostAgent(
      ActorContext<Command> context, HostSurroundings surroundings, ProcessRuntime.Recovery found) {
    super(context);
    this.surroundings = surroundings;
    this.lost = found.ended();
    this.adopted = new HashMap<>();
    found.adopted().forEach(process -> adopted.put(process.dyno(), process));
  }

  @Override
  public Receive<Command> createReceive() {
    return newReceiveBuilder().onAnyMessage(this::receive).build();
  }

  private Behavior<Command> receive(Command command) {
    switch (command) {
      case Carry carry -> carry(carry);
      case Join join -> {
        ActorRef<ProcessActor.Command> process = processes.get(join.dyno());
        if (process == null) {
          join.joined()
              .completeExceptionally(new AttachDesk.Refused("This dyno has ended already."));
        } else {
          process.tell(new ProcessActor.Join(join.client(), join.joined()));
        }
      }
      case Finished(Set<DynoId> dynos) -> dynos.forEach(this::discard);
      case Ended(DynoId dyno) -> {
        processes.remove(dyno);
        surroundings.load().ended();
      }
    }
    return this;
  }

  private void carry(Carry carry) {
    DynoId dyno = carry.spec().id();
    ActorRef<ProcessActor.Command> process = processes.get(dyno);
    if (process != null) {
      process.tell(new ProcessActor.Carry(carry.order()));
      return;
    }
    RunningProcess running = adopted.remove(dyno);
    if (running != null) {
      begin(carry).tell(new ProcessActor.Adopt(running));
      carry(carry);
      return;
    }
    switch (carry.order()) {
      case DynoOrder.PrepareFiles _ -> begin(carry).tell(new ProcessActor.Carry(carry.order()));
      case DynoOrder.StartProcess(_, int generation) -> {
        if (lost.contains(dyno)) {
          reportLost(carry, generation);
        } else {
          begin(carry).tell(new ProcessActor.Carry(carry.order()));
        }
      }
      case DynoOrder.AskHost(_, int generation) -> reportLost(carry, generation);
      case DynoOrder.SignalProcess(_, int generation, _) -> reportLost(carry, generation);
      case DynoOrder.ResizeTerminal _,
          DynoOrder.CloseAttach _,
          DynoOrder.DiscardFiles _,
          DynoOrder.ArmTimer _,
          DynoOrder.DisarmTimer _,
          DynoOrder.WriteLog _,
          DynoOrder.ReportRetired _ -> {}
    }
  }

  /** A process whose dyno was over before the node died. */
  private void discard(DynoId dyno) {
    RunningProcess process = adopted.remove(dyno);
    if (process != null) {
      Thread.ofVirtual()
          .start(
              () -> {
                try {
                  surroundings.runtime().discard(dyno);
                  process.close();
                } catch (IOException e) {
                  LoggerFactory.getLogger(HostAgent.class).warn("files of {} are left", dyno, e);
                }
              });
    }
  }

  private ActorRef<ProcessActor.Command> begin(Carry carry) {
    ActorRef<ProcessActor.Command> process =
        getContext()
            .spawn(
                ProcessActor.create(surroundings, carry.spec(), carry.config(), carry.dyno()),
                "process-" + carry.spec().id());
    processes.put(carry.spec().id(), process);
    surroundings.load().began();
    getContext().watchWith(process, new Ended(carry.spec().id()));
    return process;
  }

  private void reportLost(Carry carry, int generation) {
    carry
        .dyno()
        .tell(
            new Decide<>(
                new DynoCommand.ReportLost(
                    generation,
                    lost.contains(carry.spec().id())
                        ? "The keeper of the dyno ended, and the dyno with it"
                        : "The node ended before the command was started")));
  }
}
