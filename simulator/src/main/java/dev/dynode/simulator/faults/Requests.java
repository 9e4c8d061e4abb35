package dev.dynode.simulator.faults;

import dev.dynode.domain.Decider;
import dev.dynode.domain.Decision;
import dev.dynode.domain.app.AppCommand;
import dev.dynode.domain.app.AppCommand.RunDyno;
import dev.dynode.domain.app.AppEvent;
import dev.dynode.domain.app.AppOrder;
import dev.dynode.domain.app.AppState;
import java.time.Instant;
import java.util.List;
import java.util.function.UnaryOperator;

/** The rules of an app, asked for dynos as a plan has it, not as the simulator does. */
final class Requests implements Decider<AppCommand, AppEvent, AppState, AppOrder> {
  private final Decider<AppCommand, AppEvent, AppState, AppOrder> rules;
  private UnaryOperator<RunDyno> next = UnaryOperator.identity();

  Requests(Decider<AppCommand, AppEvent, AppState, AppOrder> rules) {
    this.rules = rules;
  }

  /** How the next dyno is asked for. */
  void next(UnaryOperator<RunDyno> asked) {
    next = asked;
  }

  @Override
  public AppState initial() {
    return rules.initial();
  }

  @Override
  public Decision<AppEvent> decide(AppState state, AppCommand command, Instant now) {
    UnaryOperator<RunDyno> asked = next;
    next = UnaryOperator.identity();
    return rules.decide(
        state,
        switch (command) {
          case RunDyno run -> asked.apply(run);
          case AppCommand.RunNowhere(var run, var why) ->
              new AppCommand.RunNowhere(asked.apply(run), why);
          default -> command;
        },
        now);
  }

  @Override
  public AppState evolve(AppState state, AppEvent event) {
    return rules.evolve(state, event);
  }

  @Override
  public List<AppOrder> react(AppEvent event, AppState after) {
    return rules.react(event, after);
  }

  @Override
  public List<AppOrder> resume(AppState state, Instant now) {
    return rules.resume(state, now);
  }
}
