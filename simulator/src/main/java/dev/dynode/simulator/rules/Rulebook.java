package dev.dynode.simulator.rules;

import dev.dynode.domain.Decider;
import dev.dynode.domain.Decision;
import dev.dynode.domain.app.AppCommand;
import dev.dynode.domain.app.AppEvent;
import dev.dynode.domain.app.AppOrder;
import dev.dynode.domain.app.AppPolicy;
import dev.dynode.domain.app.AppState;
import dev.dynode.domain.dyno.DynoCommand;
import dev.dynode.domain.dyno.DynoEvent;
import dev.dynode.domain.dyno.DynoOrder;
import dev.dynode.domain.dyno.DynoSpec;
import dev.dynode.domain.dyno.DynoState;
import dev.dynode.domain.id.DynoId;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Holds the deciders of one app and its dynos against what must be: every answer, what each event
 * makes of the state, every order. An event counts as written once it is evolved.
 */
public final class Rulebook {
  private final AppPolicy policy;
  private final Map<DynoId, DynoPast> dynos = new HashMap<>();
  private @Nullable AppPast app;

  /**
   * @param policy whose limits there are; times are Heroku's
   */
  public Rulebook(AppPolicy policy) {
    this.policy = policy;
    Published.check();
  }

  /** What has happened to the app; null before it is created. */
  public @Nullable AppPast app() {
    return app;
  }

  /** The same rules, every word of theirs checked. */
  public Decider<AppCommand, AppEvent, AppState, AppOrder> app(
      Decider<AppCommand, AppEvent, AppState, AppOrder> rules) {
    return new AppChecked(rules);
  }

  /** The same rules, every word of theirs checked. */
  public Decider<DynoCommand, DynoEvent, DynoState, DynoOrder> dyno(
      Decider<DynoCommand, DynoEvent, DynoState, DynoOrder> rules) {
    return new DynoChecked(rules);
  }

  private final class AppChecked implements Decider<AppCommand, AppEvent, AppState, AppOrder> {
    private final Decider<AppCommand, AppEvent, AppState, AppOrder> rules;

    AppChecked(Decider<AppCommand, AppEvent, AppState, AppOrder> rules) {
      this.rules = rules;
    }

    @Override
    public AppState initial() {
      return rules.initial();
    }

    @Override
    public Decision<AppEvent> decide(AppState state, AppCommand command, Instant now) {
      Decision<AppEvent> decision = rules.decide(state, command, now);
      Saying must = AppAnswers.to(app, command, policy);
      must.check(Slugs.without(command, decision), command, app == null ? "nothing" : app);
      new AppFacts(app, command, policy).check(decision, now);
      if (app != null) {
        Slugs.check(app, command, decision, policy.rollbackReleases());
      }
      return decision;
    }

    @Override
    public AppState evolve(AppState state, AppEvent event) {
      AppState after = rules.evolve(state, event);
      if (event instanceof AppEvent.AppCreated created) {
        app = new AppPast(created);
      }
      if (app != null) {
        app.add(event);
        if (!app.releases.isEmpty()) { // which come with its creation
          AppShape.check(app, event, after);
        }
      }
      return after;
    }

    @Override
    public List<AppOrder> react(AppEvent event, AppState after) {
      List<AppOrder> orders = rules.react(event, after);
      if (app != null) {
        AppOrders.checkAfter(app, event, orders);
      }
      return orders;
    }

    @Override
    public List<AppOrder> resume(AppState state, Instant now) {
      List<AppOrder> orders = rules.resume(state, now);
      if (app != null) {
        AppOrders.checkRestart(app, orders);
      }
      return orders;
    }
  }

  private final class DynoChecked implements Decider<DynoCommand, DynoEvent, DynoState, DynoOrder> {
    private final Decider<DynoCommand, DynoEvent, DynoState, DynoOrder> rules;

    DynoChecked(Decider<DynoCommand, DynoEvent, DynoState, DynoOrder> rules) {
      this.rules = rules;
    }

    private @Nullable DynoPast past(DynoState state) {
      DynoSpec spec =
          switch (state) {
            case DynoState.Absent _ -> null;
            case DynoState.Live live -> live.spec();
            case DynoState.Retired retired -> retired.spec();
          };
      return spec == null ? null : dynos.get(spec.id());
    }

    @Override
    public DynoState initial() {
      return rules.initial();
    }

    @Override
    public Decision<DynoEvent> decide(DynoState state, DynoCommand command, Instant now) {
      Decision<DynoEvent> decision = rules.decide(state, command, now);
      DynoPast past = past(state);
      DynoAnswers.to(past, command, now).check(decision, command, past == null ? "nothing" : past);
      for (DynoEvent event : decision.events()) {
        DynoFacts.check(past, command, event, now);
      }
      if (past != null && decision instanceof Decision.Refused<DynoEvent>(var refusal, _)) {
        DynoFacts.refused(past, refusal);
      }
      return decision;
    }

    @Override
    public DynoState evolve(DynoState state, DynoEvent event) {
      DynoState after = rules.evolve(state, event);
      DynoPast past = past(state);
      if (event instanceof DynoEvent.Created created) {
        past = new DynoPast(created);
        dynos.put(created.spec().id(), past);
      }
      if (past != null) {
        past.add(event);
        DynoShape.check(past, after);
      }
      return after;
    }

    @Override
    public List<DynoOrder> react(DynoEvent event, DynoState after) {
      List<DynoOrder> orders = rules.react(event, after);
      DynoPast past = past(after);
      if (past != null) {
        DynoOrders.checkAfter(past, event, orders);
      }
      return orders;
    }

    @Override
    public List<DynoOrder> resume(DynoState state, Instant now) {
      List<DynoOrder> orders = rules.resume(state, now);
      DynoPast past = past(state);
      if (past != null) {
        DynoOrders.checkRestart(past, orders);
      } else {
        DynoOrders.checkUnborn(orders);
      }
      return orders;
    }
  }
}
