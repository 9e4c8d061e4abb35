package dev.dynode.simulator.run;

import java.util.List;
import java.util.Map;

/**
 * What a run showed. Times are in seconds.
 *
 * @param hash of all events, in order: the same scenario and seed give the same on every machine
 * @param events events the rules decided
 * @param entries entries taken from the queue
 * @param apps by name of their plan
 * @param examples the first dynos of each ending
 */
public record Result(
    String scenario,
    long seed,
    String hash,
    double simulatedSeconds,
    double warmUpSeconds,
    double wallSeconds,
    long events,
    long entries,
    long checks,
    Figures total,
    Map<String, Figures> apps,
    Hosts hosts,
    List<Part> series,
    List<Example> examples) {

  /**
   * Of all apps, or of those of one plan.
   *
   * @param requests that came after the warm-up
   * @param overLimit refused by an app's limit
   * @param noRoom refused because no host had room
   * @param ended by how they did
   * @param delay from the request until it is up
   * @param life from the start of the command until its end
   * @param dynos of all these apps at the same time
   * @param dynoHours by size, from the placement to the end
   */
  public record Figures(
      long requests,
      long overLimit,
      long noRoom,
      Map<String, Long> ended,
      Spread delay,
      Spread life,
      Level dynos,
      Map<String, Double> dynoHours,
      double dollars) {
    /** Share of the requests that were refused. */
    public double refused() {
      return requests == 0 ? 0 : (double) (overLimit + noRoom) / requests;
    }
  }

  /** Times of many dynos. */
  public record Spread(
      long count,
      double mean,
      double p50,
      double p75,
      double p90,
      double p99,
      double most,
      List<Share> cdf) {}

  /** So large a share was at most so long. */
  public record Share(double share, double seconds) {}

  /** A number over time. */
  public record Level(double mean, int p50, int p90, int p99, int peak) {}

  /**
   * @param room dynos all of them can have
   * @param used share of it that was taken, on average
   * @param waiting requests that waited for room
   */
  public record Hosts(int number, int room, double used, Level dynos, Level waiting) {}

  /**
   * One of equal parts of the whole time.
   *
   * @param seconds from the start of the run to that of the part
   * @param dynos that took a slot, on average
   * @param peak most of them
   * @param hostUse share of all hosts' room
   */
  public record Part(
      double seconds,
      double dynos,
      int peak,
      long requests,
      long refused,
      double waiting,
      double hostUse,
      double dollars) {}

  /**
   * A dyno whose story is worth a look.
   *
   * @param seconds from the start of the run to its request
   * @param delay from its request until it was up; no number: it never was
   * @param life from the start of its command to its end; no number: it never started
   */
  public record Example(
      String app,
      String dyno,
      String id,
      double seconds,
      double delay,
      double life,
      String ended) {}
}
