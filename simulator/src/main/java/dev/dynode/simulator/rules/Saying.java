package dev.dynode.simulator.rules;

import dev.dynode.domain.Decision;
import dev.dynode.domain.Refusal.Reason;
import dev.dynode.simulator.run.Invariants.Broken;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What must be answered: events of these kinds in this order, or a refusal.
 *
 * @param refused why what was asked for is not done; null where it is
 */
record Saying(@Nullable Reason refused, List<Class<?>> kinds) {
  static final Saying NOTHING = new Saying(null, List.of());

  static Saying of(Class<?>... kinds) {
    return new Saying(null, List.of(kinds));
  }

  static Saying no(Reason why) {
    return new Saying(why, List.of());
  }

  /** A refusal that is written down. */
  static Saying no(Reason why, Class<?> kind) {
    return new Saying(why, List.of(kind));
  }

  /** The same and so many more of a kind. */
  Saying and(int times, Class<?> kind) {
    var more = new ArrayList<>(kinds);
    for (int i = 0; i < times; i++) {
      more.add(kind);
    }
    return new Saying(refused, List.copyOf(more));
  }

  void check(Decision<?> said, Object command, Object past) {
    Reason why = said instanceof Decision.Refused<?>(var refusal, _) ? refusal.reason() : null;
    List<?> events = said.events();
    boolean right = why == refused && events.size() == kinds.size();
    for (int i = 0; right && i < kinds.size(); i++) {
      right = events.get(i).getClass().equals(kinds.get(i));
    }
    if (!right) {
      throw new Broken("%s must lead to %s; it led to %s; %s".formatted(command, this, said, past));
    }
  }

  /** A fact that must be so. */
  static void same(String what, @Nullable Object is, @Nullable Object must) {
    if (!Objects.equals(is, must)) {
      throw new Broken("%s is %s; it must be %s".formatted(what, is, must));
    }
  }

  @Override
  public String toString() {
    return (refused == null ? "" : "a refusal, " + refused + ", ")
        + kinds.stream().map(Class::getSimpleName).toList();
  }
}
