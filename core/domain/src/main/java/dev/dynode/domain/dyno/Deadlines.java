package dev.dynode.domain.dyno;

import java.time.Instant;
import java.util.EnumSet;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** What is due when in a dyno's life, if nothing else happens before; null where nothing is. */
public record Deadlines(
    @Nullable Instant attach,
    @Nullable Instant hangup,
    @Nullable Instant life,
    @Nullable Instant grace) {
  static final Deadlines NONE = new Deadlines(null, null, null, null);

  public @Nullable Instant get(DynoTimer timer) {
    return switch (timer) {
      case ATTACH -> attach;
      case HANGUP -> hangup;
      case LIFE -> life;
      case GRACE -> grace;
    };
  }

  /** What is due, in the order of the timers. */
  public void forEach(BiConsumer<DynoTimer, Instant> what) {
    for (DynoTimer timer : DynoTimer.values()) {
      Instant due = get(timer);
      if (due != null) {
        what.accept(timer, due);
      }
    }
  }

  /** Those for which something is due. */
  public Set<DynoTimer> timers() {
    var timers = EnumSet.noneOf(DynoTimer.class);
    forEach((timer, _) -> timers.add(timer));
    return timers;
  }

  /** The earliest; null if nothing is due. */
  public @Nullable Instant first() {
    return earlier(earlier(attach, hangup), earlier(life, grace));
  }

  private static @Nullable Instant earlier(@Nullable Instant one, @Nullable Instant other) {
    return one == null || (other != null && other.isBefore(one)) ? other : one;
  }

  Deadlines without(DynoTimer timer) {
    return get(timer) == null ? this : with(timer, null);
  }

  Deadlines with(DynoTimer timer, @Nullable Instant due) {
    return switch (timer) {
      case ATTACH -> new Deadlines(due, hangup, life, grace);
      case HANGUP -> new Deadlines(attach, due, life, grace);
      case LIFE -> new Deadlines(attach, hangup, due, grace);
      case GRACE -> new Deadlines(attach, hangup, life, due);
    };
  }
}
