package dev.dynode.bench;

import java.util.List;

/**
 * How much is measured.
 *
 * @param rounds of each start, alternating with its peers
 * @param warmUp rounds before those that count
 * @param keystrokes of each kind, alternating with the peers
 * @param patternMib size of the file that is printed, in MiB
 * @param copies of it that make one transfer
 * @param transfers of each kind, alternating with the floor
 * @param lifecycles of each concurrency
 * @param concurrency clients creating dynos at the same time
 * @param idleDynos for the heap
 * @param historyDynos that an invented journal tells of, some ten events each
 * @param ledgerEvents of an invented app by itself
 */
public record Effort(
    int rounds,
    int warmUp,
    int keystrokes,
    int patternMib,
    int copies,
    int transfers,
    int lifecycles,
    List<Integer> concurrency,
    int idleDynos,
    int historyDynos,
    int ledgerEvents) {

  /** Takes some minutes. */
  public static Effort full(int rounds) {
    return new Effort(
        rounds, 150, 1000, 64, 16, 3, 400, List.of(1, 8, 32), 500, 105_000, 1_000_000);
  }

  /** Takes some seconds; its figures mean nothing. */
  public static Effort quick(int rounds) {
    return new Effort(rounds, 1, 10, 8, 2, 1, 8, List.of(1, 4), 10, 1_000, 3_000);
  }
}
