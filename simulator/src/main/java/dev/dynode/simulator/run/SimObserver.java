package dev.dynode.simulator.run;

import dev.dynode.domain.app.AppEvent;
import dev.dynode.domain.app.AppState;
import dev.dynode.domain.conductor.Conductor;
import dev.dynode.domain.conductor.Signal;
import dev.dynode.domain.conductor.Step;
import dev.dynode.domain.dyno.DynoEvent;
import dev.dynode.domain.dyno.DynoOrder;
import dev.dynode.domain.dyno.DynoState;
import dev.dynode.domain.id.DynoId;
import dev.dynode.simulator.world.Party;
import dev.dynode.simulator.world.SimApp;
import dev.dynode.simulator.world.SimDyno;
import dev.dynode.simulator.world.SimHost;
import java.util.List;

/** Takes what the rules decided, before anything comes of it. */
public interface SimObserver {
  /**
   * Before these events are written, all or none.
   *
   * @param entity a {@link SimApp} or a {@link SimDyno}
   * @return whether they are; if not, its actor starts again from what was written before
   */
  default boolean write(Object entity, List<?> events) {
    return true;
  }

  /** An event was written; {@code now} is in nanoseconds from the start. */
  void app(SimApp app, AppEvent event, AppState after, long now);

  /** An event was written; {@code now} is in nanoseconds from the start. */
  void dyno(SimDyno dyno, DynoEvent event, DynoState after, long now);

  /** An order follows from an event of the dyno, or from its state after a restart. */
  default void order(SimDyno dyno, DynoOrder order) {}

  /** An app's conductor, which is shown these records, has heard something and wants this done. */
  default void heard(
      SimApp app, Conductor.Known known, Signal<Party> signal, List<Step<Party>> steps) {}

  /** A host answers whether it keeps a place for so many bytes. */
  default void answered(SimHost host, DynoId dyno, long bytes, boolean kept) {}

  /** Whether the control plane is killed now: events were written, and nothing has come of them. */
  default boolean killed() {
    return false;
  }

  /** A request waits for a host, or has ceased to. */
  default void waiting(int requests, long now) {}
}
