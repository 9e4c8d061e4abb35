package dev.dynode.domain;

/**
 * Why a command was neither carried out nor refused: something is broken.
 *
 * @param message for the person who asked: what has failed, and whether it was done
 */
public record Failure(Kind kind, String message) {

  /** What is known of what was asked for. */
  public enum Kind {
    /** The journal has not taken it: nothing was done. */
    NOT_DONE,
    /** The journal failed while it was written: it may have been done. */
    MAY_BE_DONE,
    /** The rules failed: nothing was done, and asking again does not help. */
    BROKEN
  }

  /** How to go on where it is not known whether something was done. */
  public static final String LOOK_FIRST =
      "It may have been done: look before you ask again (dynode ps, heroku ps). A run that is asked"
          + " for with an Idempotency-Key can be asked for again with the same key; it is never"
          + " done twice.";

  public static Failure notDone(String why) {
    return new Failure(Kind.NOT_DONE, why + " Nothing was done; ask again in a moment.");
  }

  public static Failure mayBeDone(String why) {
    return new Failure(Kind.MAY_BE_DONE, why + " " + LOOK_FIRST);
  }

  public static Failure broken() {
    return new Failure(
        Kind.BROKEN,
        "Something is wrong with the rules of this server; its log says what. Nothing was done.");
  }
}
