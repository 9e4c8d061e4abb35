package dev.dynode.simulator.load;

/**
 * How one dyno and its client behave. Times are in nanoseconds; {@link #NEVER} where nothing
 * happens.
 *
 * @param runs from the start of the command to its own end
 * @param status it then exits with
 * @param startFails whether the host cannot start it
 * @param trapsHangup whether it goes on after SIGHUP
 * @param trapsTerminate whether it goes on after SIGTERM
 * @param attachesAfter when its client comes, from the request
 * @param leavesAfter when its client drops the connection, from the attach
 * @param idlesAfter when its last byte moves, from the attach
 * @param stoppedAfter when somebody stops it, from the request
 * @param memory most it uses, in bytes
 * @param grows until it uses that, evenly from the start of the command
 */
public record Behaviour(
    long runs,
    int status,
    boolean startFails,
    boolean trapsHangup,
    boolean trapsTerminate,
    long attachesAfter,
    long leavesAfter,
    long idlesAfter,
    long stoppedAfter,
    long memory,
    long grows) {
  public static final long NEVER = Long.MAX_VALUE;

  /** Runs detached for so long, obeys signals and stays small. */
  public static Behaviour lasting(long runs) {
    return new Behaviour(runs, 0, false, false, false, NEVER, NEVER, NEVER, NEVER, 0, 0);
  }
}
