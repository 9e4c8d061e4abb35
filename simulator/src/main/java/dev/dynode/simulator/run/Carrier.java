package dev.dynode.simulator.run;

import dev.dynode.domain.Decision;
import dev.dynode.domain.Failure;
import dev.dynode.domain.Refusal;
import dev.dynode.domain.app.AppCommand;
import dev.dynode.domain.app.AppCommand.RunDyno;
import dev.dynode.domain.app.AppEvent;
import dev.dynode.domain.app.AppState.App;
import dev.dynode.domain.conductor.Conductor;
import dev.dynode.domain.conductor.Signal;
import dev.dynode.domain.conductor.Signal.Verdict;
import dev.dynode.domain.conductor.Step;
import dev.dynode.domain.dyno.DynoCommand;
import dev.dynode.domain.dyno.DynoSpec;
import dev.dynode.domain.dyno.DynoState;
import dev.dynode.domain.host.HostView;
import dev.dynode.domain.id.DynoId;
import dev.dynode.domain.id.HostId;
import dev.dynode.simulator.time.EventQueue;
import dev.dynode.simulator.world.Party;
import dev.dynode.simulator.world.SimApp;
import dev.dynode.simulator.world.SimDyno;
import dev.dynode.simulator.world.SimHost;
import java.time.Duration;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/** Does what the conductors of apps want done, over the event queue and the networks of hosts. */
final class Carrier {
  /** From actor to actor and back. */
  private static final long MESSAGE = 1_000_000L;

  /** So long before a control plane has heard of all hosts it hears of the first. */
  private static final long HEARD = 900_000_000L;

  private final Control control;
  private final SimObserver journal;
  private final EventQueue queue;
  private final Deque<Runnable> soon;

  /**
   * @param soon what is done at this very instant, after what is being done
   */
  Carrier(Control control, SimObserver journal, EventQueue queue, Deque<Runnable> soon) {
    this.control = control;
    this.journal = journal;
    this.queue = queue;
    this.soon = soon;
  }

  void carryOut(SimApp app, Step<Party> step) {
    switch (step) {
      case Step.Decide<Party>(Party who, RunDyno run, AppCommand command) ->
          soon(
              app,
              () -> {
                if (who instanceof SimDyno dyno) {
                  control.know(dyno); // another who asked for it may have been refused
                }
                control.conduct(app, new Signal.RunDecided<>(who, run, decide(app, run, command)));
              });
      case Step.Answer<Party>(Party who, _) -> answered(app, who);
      case Step.Count<Party>(DynoId asked) ->
          soon(app, () -> control.conduct(app, new Signal.Counted<>(asked, oneHasEnded(app))));
      case Step.Launch<Party>(DynoSpec spec) ->
          control.with(
              spec.id(),
              dyno -> {
                dyno.launched = true;
                control.resume(dyno);
              });
      case Step.Place<Party>(DynoId id, DynoCommand command) ->
          soon(app, () -> control.with(id, dyno -> place(app, dyno, command)));
      case Step.Tell<Party>(DynoId id, DynoCommand command) ->
          control.with(id, dyno -> soon.add(() -> control.insist(dyno, command)));
      case Step.Pass<Party>(DynoId id, DynoCommand report, _) ->
          control.with(id, dyno -> control.tell(dyno, report));
      case Step.Resume<Party>(DynoId id) -> control.with(id, control::resume);
      case Step.Retire<Party>(AppCommand.RetireDyno retire) ->
          soon.add(
              () -> {
                if (control.decide(app, retire) instanceof Decision.Accepted<AppEvent>) {
                  control.conduct(app, new Signal.Retired<>(retire.id()));
                }
              });
      case Step.Forget<Party>(DynoId id) -> control.with(id, control::forget);
      case Step.Dismiss<Party>(DynoId id, Party party) -> {
        if (party instanceof SimHost host) {
          host.network().send(() -> host.dismiss(id));
        }
      }
      case Step.LookForHosts<Party>(DynoId id, long bytes) ->
          control.conduct(app, hosts(app, id, bytes));
      case Step.AskPlace<Party>(HostId host, DynoId id, int generation, long bytes) ->
          control.with(id, dyno -> askPlace(dyno, control.fleet().host(host), generation, bytes));
      case Step.ReleasePlace<Party>(HostId id, DynoId dyno, int generation) -> {
        SimHost host = control.fleet().host(id);
        host.network().send(() -> host.release(dyno, generation));
      }
      case Step.CarryOut<Party> _, Step.FreeName<Party> _ -> {}
      case Step.Later<Party>(Duration after, Signal.Wake wake) -> later(app, after, wake);
    }
  }

  private Signal<Party> hosts(SimApp app, DynoId id, long bytes) {
    return queue.now() < app.settles - HEARD
        ? new Signal.HostsUnknown<>(id)
        : new Signal.HostsSeen<>(
            id,
            control.fleet().candidates(bytes),
            control.fleet().size(),
            0,
            queue.now() >= app.settles);
  }

  /** What actors tell each other takes a while, in which another message may come. */
  private void soon(SimApp app, Runnable task) {
    if (control.fleet().exact()) {
      task.run();
    } else {
      control.inThisLife(app, MESSAGE, task);
    }
  }

  /** The conductor looks whether hosts have done what they were ordered, while one has not. */
  void look(SimApp app) {
    if (!app.looks && !control.fleet().exact()) {
      app.looks = true;
      var due = new Signal.Due<Party>(new Signal.Wake.OrderAgain());
      control.inThisLife(
          app,
          Conductor.ORDER_AGAIN.toNanos(),
          () -> {
            app.looks = false;
            control.conduct(app, due);
          });
    }
  }

  private boolean awaitsHosts(SimApp app) {
    return app.state instanceof App now
        && now.roster().keySet().stream()
            .anyMatch(id -> stateOf(id) instanceof DynoState.Live live && live.awaitsHost());
  }

  private @Nullable DynoState stateOf(DynoId id) {
    SimDyno dyno = control.find(id);
    return dyno == null ? null : dyno.state;
  }

  private void later(SimApp app, Duration after, Signal.Wake wake) {
    if (wake instanceof Signal.Wake.OrderAgain) {
      if (awaitsHosts(app)) {
        look(app);
      }
      return;
    }
    if (wake instanceof Signal.Wake.CountEnds && control.fleet().exact()) {
      return; // they were counted at once
    }
    EventQueue.Entry entry =
        control.inThisLife(
            app, after.toNanos(), () -> control.conduct(app, new Signal.Due<>(wake)));
    if (wake instanceof Signal.Wake.Silent(DynoId id, _, _)) {
      control.with(id, dyno -> dyno.patience = entry);
    }
  }

  private void askPlace(SimDyno dyno, SimHost host, int generation, long bytes) {
    host.network()
        .send(
            () -> {
              if (!host.up()) {
                return;
              }
              HostView before = host.viewWithout(dyno.id);
              boolean kept = host.reserve(dyno.id, generation, bytes);
              journal.answered(host, dyno.id, bytes, kept);
              host.network()
                  .send(
                      () -> {
                        if (dyno.known && dyno.patience != null && control.fleet().exact()) {
                          dyno.patience.cancel();
                          dyno.patience = null;
                        }
                        control.conduct(
                            dyno, new Signal.PlaceAnswered<>(dyno.id, before, kept, false));
                      });
            });
  }

  private void place(SimApp app, SimDyno dyno, DynoCommand command) {
    control.conduct(
        app,
        control.tell(dyno, command)
            ? new Signal.Placed<>(dyno.id)
            : new Signal.Unborn<>(dyno.id, Failure.mayBeDone("The write failed.")));
  }

  private Verdict decide(SimApp app, RunDyno run, AppCommand command) {
    return switch (control.decide(app, command)) {
      case null -> new Verdict.Failed(Failure.mayBeDone("The write failed."));
      case Decision.Refused<AppEvent>(Refusal why, _) -> new Verdict.Refused(why);
      case Decision.Accepted<AppEvent> _ ->
          new Verdict.Granted(app.state instanceof App now ? now.grantedTo(run) : run.id());
    };
  }

  /** Nothing is known of a dyno that was not granted. */
  private void answered(SimApp app, Party who) {
    if (who instanceof SimDyno dyno
        && !(app.state instanceof App now && now.roster().containsKey(dyno.id))) {
      control.forget(dyno);
    }
  }

  private boolean oneHasEnded(SimApp app) {
    return app.state instanceof App now
        && now.roster().keySet().stream().anyMatch(id -> stateOf(id) instanceof DynoState.Retired);
  }
}
