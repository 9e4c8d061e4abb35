package dev.dynode.engine.actor;

import dev.dynode.domain.Failure;
import dev.dynode.domain.Refusal;
import dev.dynode.domain.app.AppEvent;
import dev.dynode.domain.app.AppState;
import dev.dynode.domain.app.AppState.App;
import dev.dynode.domain.app.AppState.Requested;
import dev.dynode.domain.app.DynoView;
import dev.dynode.domain.conductor.Signal.Verdict;
import dev.dynode.domain.dyno.DynoCommand;
import dev.dynode.domain.dyno.DynoEvent;
import dev.dynode.domain.dyno.DynoState;
import dev.dynode.domain.dyno.DynoState.Live;
import dev.dynode.domain.dyno.DynoState.Retired;
import dev.dynode.domain.id.DynoId;
import dev.dynode.domain.view.AppReading;
import dev.dynode.domain.view.DynoAnswer;
import dev.dynode.engine.actor.AppSupervisor.Ask;
import dev.dynode.engine.actor.AppSupervisor.Change;
import dev.dynode.engine.actor.AppSupervisor.Run;
import dev.dynode.engine.actor.AppSupervisor.TellDyno;
import dev.dynode.engine.actor.DeciderActor.Outcome;
import dev.dynode.port.AppQuery;
import dev.dynode.port.ControlPlane.Answer;
import java.util.Optional;
import java.util.function.Function;

/**
 * What an app's supervisor answers by what its ledger and its dynos last said.
 *
 * @param dynos the state of a dyno it looks after, none where it looks after none of that id
 */
record AppAnswers(AppState state, Function<DynoId, Optional<DynoState>> dynos) {

  <T> void answer(Ask<T> asked) {
    asked
        .replyTo()
        .tell(
            exists()
                ? of((App) state, asked.query())
                : new Answer.Refused<>(Refusal.notFound("app")));
  }

  /** What a change made of the app: for a delete, the app that is gone. */
  <T> void changed(Change<T> asked, Outcome<AppEvent, AppState> outcome) {
    switch (outcome) {
      case Outcome.Refused<AppEvent, AppState>(Refusal refusal) ->
          asked.replyTo().tell(new Answer.Refused<>(refusal));
      case Outcome.Failed<AppEvent, AppState>(Failure why) -> asked.fail(why);
      case Outcome.Accepted<AppEvent, AppState>(_, App app) ->
          asked.replyTo().tell(of(app, asked.then()));
      case Outcome.Accepted<AppEvent, AppState> _ ->
          asked.replyTo().tell(new Answer.Refused<>(Refusal.notFound("app")));
    }
  }

  private <T> Answer<T> of(App app, AppQuery<T> query) {
    return query.of(new AppReading(app, this::view));
  }

  private DynoView view(Requested requested) {
    return view(requested.spec().id()).orElseGet(() -> DynoView.of(requested));
  }

  private Optional<DynoView> view(DynoId dyno) {
    return switch (dynos.apply(dyno).orElse(null)) {
      case Live live -> Optional.of(DynoView.of(live));
      case Retired retired -> Optional.of(DynoView.of(retired));
      case null, default -> Optional.empty();
    };
  }

  /** The dyno of this name or id, as far as the app knows it. */
  Optional<DynoId> dyno(String identity) {
    return exists() ? ((App) state).dyno(identity) : Optional.empty();
  }

  private boolean exists() {
    return state instanceof App app && app.deletedAt().isEmpty();
  }

  /** What is known of a dyno, once it has journaled something. */
  Optional<Answer<DynoAnswer>> known(DynoId dyno) {
    if (!(state instanceof App app)) {
      return Optional.empty();
    }
    Optional<DynoView> view = view(dyno);
    return view.isPresent() || app.finished().containsKey(dyno)
        ? Optional.of(new Answer.Done<>(new DynoAnswer(app.name(), dyno, view)))
        : Optional.empty();
  }

  /** To whoever tells a dyno something that has ended, or never was. */
  Answer<Boolean> ended(Optional<DynoId> known, DynoCommand command) {
    return command instanceof DynoCommand.Attach
        ? new Answer.Refused<>(
            Refusal.conflict("This dyno has ended; start another one to attach to."))
        : known.isPresent()
            ? new Answer.Done<>(false)
            : new Answer.Refused<>(Refusal.notFound(exists() ? "dyno" : "app"));
  }

  static void told(TellDyno asked, Outcome<DynoEvent, DynoState> outcome) {
    switch (outcome) {
      case Outcome.Refused<DynoEvent, DynoState>(Refusal refusal) ->
          asked.replyTo().tell(new Answer.Refused<>(refusal));
      case Outcome.Failed<DynoEvent, DynoState>(Failure why) -> asked.fail(why);
      case Outcome.Accepted<DynoEvent, DynoState>(_, DynoState state) ->
          asked
              .replyTo()
              .tell(
                  switch (state) {
                    case Live _ -> new Answer.Done<>(true);
                    case Retired _ -> new Answer.Done<>(false);
                    case DynoState.Absent _ -> new Answer.Refused<>(Refusal.notFound("dyno"));
                  });
    }
  }

  static Verdict verdict(Run asked, Outcome<AppEvent, AppState> outcome) {
    return switch (outcome) {
      case Outcome.Refused<AppEvent, AppState>(Refusal refusal) -> new Verdict.Refused(refusal);
      case Outcome.Failed<AppEvent, AppState>(Failure why) -> new Verdict.Failed(why);
      case Outcome.Accepted<AppEvent, AppState>(_, AppState after) ->
          new Verdict.Granted(
              after instanceof App app ? app.grantedTo(asked.command()) : asked.command().id());
    };
  }

  /** To whoever asked for a dyno. */
  void decided(Run asked, Verdict verdict) {
    switch (verdict) {
      case Verdict.Refused(Refusal refusal) -> asked.replyTo().tell(new Answer.Refused<>(refusal));
      case Verdict.Failed(Failure why) -> asked.fail(why);
      case Verdict.Granted(DynoId dyno) ->
          asked
              .replyTo()
              .tell(known(dyno).orElseGet(() -> new Answer.Refused<>(Refusal.notFound("dyno"))));
    }
  }
}
