package dev.dynode.domain.history;

import java.util.List;
import java.util.OptionalInt;

/**
 * What a status tells: the code a program ended with, or 128 and the number of the signal that
 * ended it. A program may choose a code above 128, too.
 */
record ExitStatus(int status) {
  static final int HANGUP = 1;
  static final int KILL = 9;
  static final int TERMINATE = 15;

  private static final int SIGNALLED = 128;
  private static final int FIRST_REAL_TIME = 34; // the C library keeps 32 and 33 to itself
  private static final int LAST = 64;

  /** Of Linux, from 1. */
  private static final List<String> NAMES =
      List.of(
          "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2",
          "PIPE", "ALRM", "TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG",
          "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "IO", "PWR", "SYS");

  /** The signal whose status this is; empty: it is a code that the program chose. */
  OptionalInt signal() {
    int number = status - SIGNALLED;
    boolean known =
        (number >= 1 && number <= NAMES.size()) || (number >= FIRST_REAL_TIME && number <= LAST);
    return known ? OptionalInt.of(number) : OptionalInt.empty();
  }

  /** Whether this signal may have ended it. */
  boolean of(int signal) {
    return status == SIGNALLED + signal;
  }

  /** As {@code SIGTERM}. */
  static String name(int signal) {
    return signal <= NAMES.size()
        ? "SIG" + NAMES.get(signal - 1)
        : "SIGRTMIN+" + (signal - FIRST_REAL_TIME);
  }
}
