package dev.dynode.domain.history;

/**
 * What a verification looked at.
 *
 * @param histories dynos, apps and the names
 */
public record VerificationResult(long events, long histories, long snapshots, long divergences) {
  /** With divergences that were found elsewhere. */
  public VerificationResult and(long more) {
    return new VerificationResult(events, histories, snapshots, divergences + more);
  }
}
