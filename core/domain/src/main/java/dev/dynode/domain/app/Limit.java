package dev.dynode.domain.app;

import dev.dynode.domain.dyno.DynoSize;
import dev.dynode.domain.id.DynoId;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The limit that a request for a one-off dyno was judged by: it can be judged again by that,
 * whatever the operator's limits are by then.
 *
 * @param name as {@code standard}
 * @param most one-off dynos that it allows at the same time
 */
public record Limit(String name, int most) {
  /** Of those counted, so many are named: a refusal does not grow with an operator's limit. */
  public static final int MOST_NAMED = 64;

  private static final Pattern SENTENCE =
      Pattern.compile("Cannot run more than (\\d+) (\\S+) size dynos\\.");

  /**
   * The limit that a refusal tells of; older ones do so by their sentence.
   *
   * @param tier of the app then
   */
  public static Optional<Limit> of(AppEvent.DynoRefused refused, Tier tier) {
    return refused.limit().or(() -> told(refused.message(), tier));
  }

  private static Optional<Limit> told(String message, Tier tier) {
    Matcher said = SENTENCE.matcher(message);
    return said.matches()
        ? DynoSize.named(said.group(2))
            .map(size -> AppPolicy.limitName(tier, size.family()))
            .map(name -> new Limit(name, Integer.parseInt(said.group(1))))
        : Optional.empty();
  }

  /**
   * Who was counted when a limit refused.
   *
   * @param dynos how many
   * @param ids the first {@link #MOST_NAMED} of them, in order of request
   */
  public record Counted(int dynos, List<DynoId> ids) {
    public Counted {
      ids = List.copyOf(ids);
    }

    static Counted of(List<DynoId> all) {
      return new Counted(all.size(), all.subList(0, Math.min(all.size(), MOST_NAMED)));
    }
  }
}
