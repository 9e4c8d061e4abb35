package dev.dynode.simulator.world;

import dev.dynode.domain.app.DynoSize;
import dev.dynode.domain.dyno.DynoCommand;
import dev.dynode.domain.dyno.DynoOrder;
import dev.dynode.domain.dyno.DynoOrder.StopSignal;
import dev.dynode.domain.dyno.DynoSpec;
import dev.dynode.domain.dyno.Usage;
import dev.dynode.domain.id.DynoId;
import dev.dynode.simulator.time.Dice;
import dev.dynode.simulator.time.EventQueue;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BiConsumer;

/**
 * A host in virtual time: starts, signals and ends processes, and reports late, doubled or both.
 */
public final class SimHost {
  private static final class Running {
    private final Behaviour behaviour;
    private final int generation;
    private boolean ended;

    Running(Behaviour behaviour, int generation) {
      this.behaviour = behaviour;
      this.generation = generation;
    }
  }

  private final EventQueue queue;
  private final Dice dice;
  private final Map<DynoId, Behaviour> behaviours;
  private final BiConsumer<DynoId, DynoCommand> report;
  private final Map<DynoId, Running> processes = new HashMap<>();
  private final Map<DynoId, Integer> launches = new HashMap<>();
  private int life;

  /**
   * @param behaviours how each dyno will behave, filled before it is requested
   * @param report takes what the host reports to a dyno
   */
  public SimHost(
      EventQueue queue,
      Dice dice,
      Map<DynoId, Behaviour> behaviours,
      BiConsumer<DynoId, DynoCommand> report) {
    this.queue = queue;
    this.dice = dice;
    this.behaviours = behaviours;
    this.report = report;
  }

  /** How often each dyno's command was started: the rules promise once a generation. */
  public Map<DynoId, Integer> launches() {
    return launches;
  }

  /** Processes running now. */
  public int running() {
    return processes.size();
  }

  /** All processes end without a word, as when the node that holds them is killed. */
  public void crash() {
    life++;
    processes.clear();
  }

  public void carry(DynoSpec spec, DynoOrder order) {
    DynoId id = spec.id();
    Running process = processes.get(id);
    switch (order) {
      case DynoOrder.PrepareFiles(_, int generation) ->
          later(id, new DynoCommand.ReportPrepared(generation));
      case DynoOrder.StartProcess(_, int generation) -> start(spec, generation);
      case DynoOrder.AskHost(_, int generation) -> {
        if (process == null) {
          later(id, new DynoCommand.ReportLost(generation, "the node ended"));
        } else {
          later(id, new DynoCommand.ReportStarted(generation, 1));
        }
      }
      case DynoOrder.SignalProcess(_, int generation, StopSignal signal) -> {
        if (process == null) {
          later(id, new DynoCommand.ReportLost(generation, "the node ended"));
        } else {
          signal(id, process, signal);
        }
      }
      case DynoOrder.DiscardFiles _ -> processes.remove(id);
      case DynoOrder.CloseAttach _, DynoOrder.ResizeTerminal _ -> {}
      case DynoOrder.ArmTimer _,
          DynoOrder.DisarmTimer _,
          DynoOrder.WriteLog _,
          DynoOrder.ReportRetired _ ->
          throw new AssertionError("no order for a host: " + order);
    }
  }

  /** The client leaves, or falls silent, some time after it attached. */
  public void attached(DynoSpec spec, int generation, Instant at) {
    Behaviour behaviour = behaviourOf(spec.id());
    behaviour
        .leavesAfter()
        .ifPresent(
            after -> later(at.plus(after), spec.id(), new DynoCommand.ReportDetached(generation)));
    behaviour
        .idlesAfter()
        .ifPresent(
            after ->
                later(
                    at.plus(after).plus(spec.policy().idleAfter()),
                    spec.id(),
                    new DynoCommand.ReportIdle(generation, at.plus(after))));
  }

  private Behaviour behaviourOf(DynoId id) {
    Behaviour behaviour = behaviours.get(id);
    if (behaviour == null) {
      throw new IllegalStateException("no behaviour for " + id);
    }
    return behaviour;
  }

  private void start(DynoSpec spec, int generation) {
    DynoId id = spec.id();
    Behaviour behaviour = behaviourOf(id);
    if (behaviour.startFails()) {
      later(id, new DynoCommand.ReportStartFailed(generation, "no such file"));
      return;
    }
    if (processes.containsKey(id)) {
      return;
    }
    var process = new Running(behaviour, generation);
    processes.put(id, process);
    launches.merge(id, 1, Integer::sum);
    later(id, new DynoCommand.ReportStarted(generation, 1));
    end(id, process, behaviour.runs(), 0);
    long quota = DynoSize.named(spec.size()).orElseThrow().memoryBytes();
    behaviour
        .doublesMemory()
        .ifPresent(
            after -> {
              uses(id, process, after, quota * 3 / 2);
              uses(id, process, after.multipliedBy(2), quota * 2);
            });
  }

  private void uses(DynoId id, Running process, Duration after, long bytes) {
    int now = life;
    queue.at(
        queue.now().plus(after),
        () -> {
          if (life == now && !process.ended) {
            var usage = new Usage(bytes, bytes, 0, 0, 0, 1);
            later(id, new DynoCommand.ReportUsage(process.generation, usage));
          }
        });
  }

  private void signal(DynoId id, Running process, StopSignal signal) {
    switch (signal) {
      case HANGUP -> {
        if (!process.behaviour.trapsHangup()) {
          end(id, process, dice.exponential(Duration.ofMillis(50)), 129);
        }
      }
      case TERMINATE -> {
        if (!process.behaviour.trapsTerminate()) {
          end(id, process, dice.exponential(Duration.ofMillis(50)), 143);
        }
      }
      case KILL -> end(id, process, Duration.ZERO, 137);
    }
  }

  private void end(DynoId id, Running process, Duration after, int status) {
    int now = life;
    queue.at(
        queue.now().plus(after),
        () -> {
          if (life == now && !process.ended) {
            process.ended = true;
            later(id, new DynoCommand.ReportExited(process.generation, status));
          }
        });
  }

  private void later(DynoId id, DynoCommand command) {
    later(queue.now().plus(dice.exponential(Duration.ofMillis(5))), id, command);
    if (dice.chance(0.1)) { // reports are delivered at least once
      later(queue.now().plus(dice.exponential(Duration.ofSeconds(5))), id, command);
    }
  }

  private void later(Instant at, DynoId id, DynoCommand command) {
    int now = life;
    queue.at(
        at,
        () -> {
          if (life == now) {
            report.accept(id, command);
          }
        });
  }
}
