package dev.dynode.simulator.faults;

import dev.dynode.domain.Decider;
import dev.dynode.domain.Decision;
import dev.dynode.domain.app.AppCommand;
import dev.dynode.domain.app.AppDecider;
import dev.dynode.domain.app.AppEvent;
import dev.dynode.domain.app.AppOrder;
import dev.dynode.domain.app.AppPolicy;
import dev.dynode.domain.app.AppState;
import dev.dynode.domain.app.AppState.App;
import dev.dynode.domain.app.Names;
import dev.dynode.domain.dyno.DynoCommand;
import dev.dynode.domain.dyno.DynoDecider;
import dev.dynode.domain.dyno.DynoEvent;
import dev.dynode.domain.dyno.DynoOrder;
import dev.dynode.domain.dyno.DynoOrder.StopSignal;
import dev.dynode.domain.dyno.DynoState;
import dev.dynode.domain.dyno.DynoState.Live;
import dev.dynode.domain.dyno.DynoTimer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** The rules of production, each with one mistake. */
enum Mutants {
  ONE_MORE_THAN_THE_LIMIT(app(limits(limit -> limit + 1))),
  NO_LIMIT_AT_ALL(app(limits(_ -> 1_000))),
  SLOT_IS_NEVER_FREED(
      new OfApp() {
        @Override
        public Decision<AppEvent> decide(AppState state, AppCommand command, Instant now) {
          return command instanceof AppCommand.RetireDyno
              ? Decision.accept()
              : super.decide(state, command, now);
        }
      }),
  SLOT_IS_FREED_TWICE(
      new OfApp() {
        @Override
        public Decision<AppEvent> decide(AppState state, AppCommand command, Instant now) {
          return command instanceof AppCommand.RetireDyno retire
              ? Decision.accept(
                  new AppEvent.DynoRetired(
                      now, retire.by(), retire.id(), retire.ending(), retire.status()))
              : super.decide(state, command, now);
        }
      }),
  NAMES_ARE_GIVEN_AGAIN(
      new OfApp() {
        @Override
        public Decision<AppEvent> decide(AppState state, AppCommand command, Instant now) {
          if (state instanceof App app && command instanceof AppCommand.RunDyno run) {
            return super.decide(withoutNames(app), sameDice(run), now);
          }
          return super.decide(state, command, now);
        }
      }),
  NOBODY_IS_LAUNCHED_AFTER_A_RESTART(
      new OfApp() {
        @Override
        public List<AppOrder> resume(AppState state, Instant now) {
          return List.of();
        }
      }),
  STALE_GENERATIONS_ARE_BELIEVED(
      new OfDyno() {
        @Override
        public Decision<DynoEvent> decide(DynoState state, DynoCommand command, Instant now) {
          return super.decide(
              state,
              state instanceof Live live && command instanceof DynoCommand.ReportExited exited
                  ? new DynoCommand.ReportExited(live.generation(), exited.status())
                  : command,
              now);
        }
      }),
  THE_DEAD_END_AGAIN(
      new OfDyno() {
        @Override
        public Decision<DynoEvent> decide(DynoState state, DynoCommand command, Instant now) {
          return state instanceof DynoState.Retired
                  && command instanceof DynoCommand.ReportExited(int generation, int status)
              ? Decision.accept(new DynoEvent.Exited(now, "dynode", generation, status))
              : super.decide(state, command, now);
        }

        @Override
        public DynoState evolve(DynoState state, DynoEvent event) {
          return state instanceof DynoState.Retired ? state : super.evolve(state, event);
        }
      }),
  A_TOKEN_IS_GOOD_TWICE(
      new OfDyno() {
        @Override
        public Decision<DynoEvent> decide(DynoState state, DynoCommand command, Instant now) {
          return state instanceof Live live
                  && live.phase() == DynoState.Phase.RUNNING
                  && command instanceof DynoCommand.Attach(String by, String from, var connection)
              ? Decision.accept(
                  new DynoEvent.ClientAttached(now, by, live.generation(), from, connection))
              : super.decide(state, command, now);
        }
      }),
  LIFE_IS_FOR_EVER(without(DynoTimer.LIFE)),
  NOBODY_NEED_ATTACH(without(DynoTimer.ATTACH)),
  SIGTERM_IS_THE_LAST_WORD(without(DynoTimer.GRACE)),
  HANGUPS_ARE_NOT_SENT(
      new OfDyno() {
        @Override
        public List<DynoOrder> react(DynoEvent event, DynoState after) {
          return super.react(event, after).stream()
              .filter(
                  order ->
                      !(order instanceof DynoOrder.SignalProcess(_, _, StopSignal signal))
                          || signal != StopSignal.HANGUP)
              .toList();
        }
      }),
  HANGUPS_TAKE_THEIR_TIME(
      new OfDyno() {
        @Override
        public List<DynoOrder> react(DynoEvent event, DynoState after) {
          return super.react(event, after).stream()
              .map(
                  order ->
                      order instanceof DynoOrder.ArmTimer(DynoTimer timer, Instant at)
                              && timer == DynoTimer.HANGUP
                          ? new DynoOrder.ArmTimer(timer, at.plusSeconds(3_600 * 5))
                          : order)
              .toList();
        }
      }),
  KILLED_INSTEAD_OF_ASKED(
      new OfDyno() {
        @Override
        public List<DynoOrder> react(DynoEvent event, DynoState after) {
          List<DynoOrder> orders = new ArrayList<>(super.react(event, after));
          if (event instanceof DynoEvent.StopRequested
              && after instanceof Live live
              && live.host().isPresent()) {
            orders.add(
                new DynoOrder.SignalProcess(live.host().get(), live.generation(), StopSignal.KILL));
          }
          return orders;
        }
      }),
  STARTED_AS_ANOTHER_GENERATION(
      new OfDyno() {
        @Override
        public List<DynoOrder> react(DynoEvent event, DynoState after) {
          return super.react(event, after).stream()
              .map(
                  order ->
                      order instanceof DynoOrder.StartProcess(var host, int generation)
                          ? new DynoOrder.StartProcess(host, generation + 1)
                          : order)
              .toList();
        }
      }),
  TIMERS_ARE_NOT_ARMED_AGAIN(
      new OfDyno() {
        @Override
        public List<DynoOrder> resume(DynoState state, Instant now) {
          return super.resume(state, now).stream()
              .filter(order -> !(order instanceof DynoOrder.ArmTimer))
              .toList();
        }
      }),
  RETIREMENT_IS_TOLD_ONCE(
      new OfDyno() {
        @Override
        public List<DynoOrder> resume(DynoState state, Instant now) {
          return state instanceof DynoState.Retired ? List.of() : super.resume(state, now);
        }
      });

  @SuppressWarnings("ImmutableEnumChecker") // rules hold nothing that changes
  private final Trial.Rules rules;

  Mutants(OfApp app) {
    rules = new Trial.Rules(app, new DynoDecider());
  }

  Mutants(OfDyno dyno) {
    rules = new Trial.Rules(new AppDecider(Plan.POLICY), dyno);
  }

  Trial.Rules rules() {
    return rules;
  }

  private static AppPolicy limits(UnaryOperator<Integer> change) {
    AppPolicy heroku = Plan.POLICY;
    Map<String, Integer> limits = new HashMap<>(heroku.oneOffLimits());
    limits.replaceAll((_, limit) -> change.apply(limit));
    return new AppPolicy(
        limits,
        heroku.commandCharacters(),
        heroku.envVariables(),
        heroku.configBytes(),
        heroku.longestTimeToLive(),
        heroku.shieldIdleAfter(),
        heroku.slugs(),
        heroku.rollbackReleases(),
        heroku.dyno());
  }

  private static OfApp app(AppPolicy policy) {
    return new OfApp(policy);
  }

  private static OfDyno without(DynoTimer forgotten) {
    return new OfDyno() {
      private List<DynoOrder> forget(List<DynoOrder> orders) {
        return orders.stream()
            .filter(
                order ->
                    !(order instanceof DynoOrder.ArmTimer(DynoTimer timer, _))
                        || timer != forgotten)
            .toList();
      }

      @Override
      public List<DynoOrder> react(DynoEvent event, DynoState after) {
        return forget(super.react(event, after));
      }

      @Override
      public List<DynoOrder> resume(DynoState state, Instant now) {
        return forget(super.resume(state, now));
      }
    };
  }

  private static App withoutNames(App app) {
    return new App(
        app.id(),
        app.name(),
        app.owner(),
        app.tier(),
        app.region(),
        app.stack(),
        app.maintenance(),
        app.createdAt(),
        app.updatedAt(),
        app.config(),
        app.slugs(),
        app.removedSlugs(),
        app.releases(),
        app.roster(),
        app.finished(),
        Names.none(),
        app.deletedAt());
  }

  private static AppCommand.RunDyno sameDice(AppCommand.RunDyno run) {
    return new AppCommand.RunDyno(
        run.by(),
        run.id(),
        7,
        run.command(),
        run.type(),
        run.size(),
        run.attach(),
        run.terminal(),
        run.env(),
        run.timeToLive(),
        run.idempotencyKey());
  }

  /** Rules, to be broken. */
  private static class Of<C, E, S, O> implements Decider<C, E, S, O> {
    private final Decider<C, E, S, O> right;

    Of(Decider<C, E, S, O> right) {
      this.right = right;
    }

    @Override
    public S initial() {
      return right.initial();
    }

    @Override
    public Decision<E> decide(S state, C command, Instant now) {
      return right.decide(state, command, now);
    }

    @Override
    public S evolve(S state, E event) {
      return right.evolve(state, event);
    }

    @Override
    public List<O> react(E event, S after) {
      return right.react(event, after);
    }

    @Override
    public List<O> resume(S state, Instant now) {
      return right.resume(state, now);
    }
  }

  private static class OfApp extends Of<AppCommand, AppEvent, AppState, AppOrder> {
    OfApp() {
      this(Plan.POLICY);
    }

    OfApp(AppPolicy policy) {
      super(new AppDecider(policy));
    }
  }

  static class OfDyno extends Of<DynoCommand, DynoEvent, DynoState, DynoOrder> {
    OfDyno() {
      super(new DynoDecider());
    }
  }
}
