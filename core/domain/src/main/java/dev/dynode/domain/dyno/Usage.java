package dev.dynode.domain.dyno;

/**
 * What a launch uses at a moment.
 *
 * @param memoryBytes what counts against its quota (R14)
 * @param residentBytes the same without file cache (R15)
 * @param oomKills processes the kernel has killed so far because memory was at its hard limit
 * @param processLimitHits how often so far the kernel has refused another process or thread
 * @param diskBytes what it has written and not removed, as last measured
 * @param diskQuotaBytes what it may write
 */
public record Usage(
    long memoryBytes,
    long residentBytes,
    long oomKills,
    long processLimitHits,
    long diskBytes,
    long diskQuotaBytes) {

  /**
   * Whether a rule may have something to say about it.
   *
   * @param knownHits process limit hits that were told before
   */
  public boolean matters(long memoryQuota, long knownHits) {
    return memoryBytes > memoryQuota
        || residentBytes > memoryQuota
        || oomKills > 0
        || processLimitHits > knownHits
        || diskBytes > diskQuotaBytes;
  }
}
