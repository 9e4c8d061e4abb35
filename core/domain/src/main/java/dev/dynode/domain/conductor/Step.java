package dev.dynode.domain.conductor;

import dev.dynode.domain.app.AppCommand;
import dev.dynode.domain.app.AppCommand.RetireDyno;
import dev.dynode.domain.app.AppCommand.RunDyno;
import dev.dynode.domain.app.AppOrder;
import dev.dynode.domain.dyno.DynoCommand;
import dev.dynode.domain.dyno.DynoSpec;
import dev.dynode.domain.id.DynoId;
import dev.dynode.domain.id.HostId;
import java.time.Duration;

/**
 * What a {@link Conductor} wants done, in this order. Each may be lost with whoever carries it out:
 * what follows from the records is told again then.
 *
 * @param <W> whoever waits for an answer
 */
public sealed interface Step<W> {
  /**
   * Let the app's record decide, for whoever asks; {@link Signal.RunDecided} follows.
   *
   * @param command {@code run}, or that there is no place for it
   */
  record Decide<W>(W who, RunDyno run, AppCommand command) implements Step<W> {}

  /** Ask all dynos whether one has ended; {@link Signal.Counted} follows. */
  record Count<W>(DynoId asked) implements Step<W> {}

  /** Answer: granted (what is known of the dyno), refused or failed. */
  record Answer<W>(W who, Signal.Verdict verdict) implements Step<W> {}

  /** See that this dyno's decider is there, and resume it. */
  record Launch<W>(DynoSpec spec) implements Step<W> {}

  /** Give a dyno its place; {@link Signal.Placed} or {@link Signal.Unborn} follows. */
  record Place<W>(DynoId dyno, DynoCommand command) implements Step<W> {}

  /** Tell a dyno, until it has decided. */
  record Tell<W>(DynoId dyno, DynoCommand command) implements Step<W> {}

  /** Tell a dyno what a host reports, and the host that it was taken, once it is decided. */
  record Pass<W>(DynoId dyno, DynoCommand report, W from) implements Step<W> {}

  /** Let a dyno order again what is open. */
  record Resume<W>(DynoId dyno) implements Step<W> {}

  /** Tell the app that a dyno has ended, until it has decided; {@link Signal.Retired} follows. */
  record Retire<W>(RetireDyno command) implements Step<W> {}

  /** A dyno's decider is not needed any more. */
  record Forget<W>(DynoId dyno) implements Step<W> {}

  /** Tell a host that a dyno's story is over, and that its report was taken. */
  record Dismiss<W>(DynoId dyno, W host) implements Step<W> {}

  /** See which hosts there are; {@link Signal.HostsSeen} follows. */
  record LookForHosts<W>(DynoId dyno, long bytes) implements Step<W> {}

  /** Ask a host to keep a place; {@link Signal.PlaceAnswered} follows. */
  record AskPlace<W>(HostId host, DynoId dyno, int generation, long bytes) implements Step<W> {}

  /** Tell a host that it needs not keep that place. */
  record ReleasePlace<W>(HostId host, DynoId dyno, int generation) implements Step<W> {}

  /** An order of the app that is for nobody here: names, slugs, logs. */
  record CarryOut<W>(AppOrder order) implements Step<W> {}

  /** A name is free again. */
  record FreeName<W>(String name) implements Step<W> {}

  /** Tell the conductor, after a while. */
  record Later<W>(Duration after, Signal.Wake wake) implements Step<W> {}
}
