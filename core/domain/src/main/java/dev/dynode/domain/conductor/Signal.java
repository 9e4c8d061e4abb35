package dev.dynode.domain.conductor;

import dev.dynode.domain.Failure;
import dev.dynode.domain.Refusal;
import dev.dynode.domain.app.AppCommand.RunDyno;
import dev.dynode.domain.app.AppOrder;
import dev.dynode.domain.dyno.DynoCommand;
import dev.dynode.domain.dyno.DynoOrder;
import dev.dynode.domain.host.HostView;
import dev.dynode.domain.id.DynoId;
import dev.dynode.domain.id.HostId;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * What a {@link Conductor} hears. Each may come late or twice.
 *
 * @param <W> whoever waits for an answer
 */
public sealed interface Signal<W> {
  /** Somebody asks for a dyno. */
  record RunAsked<W>(W who, RunDyno command) implements Signal<W> {}

  /** Whether any of the app's dynos has ended: {@link Step.Count}. */
  record Counted<W>(DynoId asked, boolean oneHasEnded) implements Signal<W> {}

  /** What the app's record has made of {@link Step.Decide}. */
  record RunDecided<W>(W who, RunDyno command, Verdict verdict) implements Signal<W> {}

  /** The app has journaled that a dyno has ended: {@link Step.Retire}. */
  record Retired<W>(DynoId dyno) implements Signal<W> {}

  /** An order that the app's decider gives. */
  record AppOrdered<W>(AppOrder order) implements Signal<W> {}

  /** An order for the app that a dyno's decider gives. */
  record DynoOrdered<W>(DynoId dyno, DynoOrder.ForApp order) implements Signal<W> {}

  /** A dyno's state is another than before, or is known for the first time. */
  record DynoChanged<W>(DynoId dyno) implements Signal<W> {}

  /** A dyno has decided {@link Step.Place}. */
  record Placed<W>(DynoId dyno) implements Signal<W> {}

  /** A dyno was granted, and its own record cannot be read or written now. */
  record Unborn<W>(DynoId dyno, Failure why) implements Signal<W> {}

  /** What carries a dyno's decider has ended, though its story may not be over. */
  record DynoEnded<W>(DynoId dyno) implements Signal<W> {}

  /**
   * Which hosts there are: {@link Step.LookForHosts}.
   *
   * @param hosts those that may be asked
   * @param all how many are heard of and take dynos
   * @param draining how many are heard of and take none
   * @param settled whether there is none that was not heard of yet
   */
  record HostsSeen<W>(DynoId dyno, List<HostView> hosts, int all, int draining, boolean settled)
      implements Signal<W> {}

  /** It cannot be told which hosts there are. */
  record HostsUnknown<W>(DynoId dyno) implements Signal<W> {}

  /**
   * What a host answers to {@link Step.AskPlace}.
   *
   * @param kept whether it keeps a place
   * @param view as it is without this dyno
   */
  record PlaceAnswered<W>(DynoId dyno, HostView view, boolean kept, boolean draining)
      implements Signal<W> {}

  /** A host is there, for the first time or again, and these dynos were placed on it. */
  record HostFound<W>(Collection<DynoId> dynos) implements Signal<W> {}

  /** A host is gone, and what ran there was killed. */
  record HostLost<W>(HostId host, Collection<DynoId> dynos) implements Signal<W> {}

  /** A host has something of a dyno, and nobody has ordered anything of it. */
  record HostHolds<W>(DynoId dyno, Optional<HostId> host, W from) implements Signal<W> {}

  /** A host reports of a dyno. */
  record Reported<W>(DynoId dyno, DynoCommand report, W from) implements Signal<W> {}

  /** An app's creation has claimed a name long ago. */
  record NameClaimed<W>(String name) implements Signal<W> {}

  /** What was to be told later: {@link Step.Later}. */
  record Due<W>(Wake wake) implements Signal<W> {}

  /** What is told to the conductor itself, later. */
  sealed interface Wake {
    /** Not all hosts were heard of. */
    record LookAgain(DynoId dyno) implements Wake {}

    /** There was no place for a dyno that was granted. */
    record PlaceAgain(DynoId dyno) implements Wake {}

    /**
     * A host had time to answer.
     *
     * @param turn which question of the search this is about
     */
    record Silent(DynoId dyno, HostId host, int turn) implements Wake {}

    /** Dynos had time to tell whether they have ended. */
    record CountEnds(DynoId asked) implements Wake {}

    /** What hosts were ordered long ago may have been lost. */
    record OrderAgain() implements Wake {}
  }

  /** What came of a command. */
  sealed interface Verdict {
    /**
     * @param dyno the one that was granted, now or before
     */
    record Granted(DynoId dyno) implements Verdict {}

    record Refused(Refusal why) implements Verdict {}

    record Failed(Failure why) implements Verdict {}
  }
}
