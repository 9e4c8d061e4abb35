package dev.dynode.edge.api.history;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.dynode.domain.history.Divergence;
import dev.dynode.domain.history.VerificationResult;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A line of the answer of a verification: how far it is, a divergence, or at last its result.
 *
 * @param events replayed so far
 * @param ofEvents how many there are
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record VerificationJson(
    @Nullable Long events,
    @Nullable Long ofEvents,
    @Nullable DivergenceJson divergence,
    @Nullable ResultJson result) {

  /**
   * Where the journal is not what the rules make of it.
   *
   * @param id of the history, as {@code Dyno|<uuid>}
   * @param sequence number of the event; 0: of none
   */
  public record DivergenceJson(String kind, String id, long sequence, String reason) {}

  /** What was looked at. */
  public record ResultJson(long events, long histories, long snapshots, long divergences) {}

  public static VerificationJson progress(long events, long all) {
    return new VerificationJson(events, all, null, null);
  }

  public static VerificationJson of(Divergence found) {
    return new VerificationJson(
        null,
        null,
        new DivergenceJson(
            found.kind().name().toLowerCase(Locale.ROOT),
            found.id(),
            found.sequence(),
            found.reason()),
        null);
  }

  public static VerificationJson of(VerificationResult result) {
    return new VerificationJson(
        null,
        null,
        null,
        new ResultJson(
            result.events(), result.histories(), result.snapshots(), result.divergences()));
  }
}
