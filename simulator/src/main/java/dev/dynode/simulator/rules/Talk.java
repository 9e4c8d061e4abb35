package dev.dynode.simulator.rules;

import dev.dynode.domain.app.AppCommand.RunDyno;
import dev.dynode.domain.host.HostView;
import dev.dynode.domain.id.DynoId;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is under way about one dyno. */
final class Talk<W> {
  final DynoId dyno;

  /** What is asked for until it goes to the app's record; null: nothing. */
  @Nullable RunDyno run;

  /** By whom. */
  final List<W> asking = new ArrayList<>();

  /** Whether dynos are being counted for it. */
  boolean counts;

  /** Decisions of the app's record that are on their way. */
  int deciding;

  /** Those who were granted it, and wait for its first event. */
  final List<W> unborn = new ArrayList<>();

  /** Whether that could not be written once. */
  boolean failed;

  @Nullable Hunt hunt;

  /** A host that keeps a place, as it was before, and how it was found. */
  @Nullable HostView keeper;

  @Nullable Hunt kept;

  /** Whether it was told its place, and has not decided. */
  boolean told;

  /** The launch that no place was found for; 0: none. */
  int wanted;

  Talk(DynoId dyno) {
    this.dyno = dyno;
  }

  RunDyno asked() {
    if (run == null) {
      throw new IllegalStateException("nobody asks for " + dyno);
    }
    return run;
  }

  void forgetPlace() {
    hunt = null;
    told = false;
    wanted = 0;
  }

  boolean isDecided() {
    return asking.isEmpty() && deciding == 0 && keeper == null;
  }

  boolean isOver() {
    return isDecided() && unborn.isEmpty() && hunt == null;
  }

  @Override
  public String toString() {
    return "%d ask, %d are decided, %d wait for its birth, hunted %s, kept %s, told %s, wanted %d"
        .formatted(asking.size(), deciding, unborn.size(), hunt != null, keeper, told, wanted);
  }
}
