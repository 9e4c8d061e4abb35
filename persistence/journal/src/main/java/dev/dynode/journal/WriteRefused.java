package dev.dynode.journal;

/**
 * A write was not made and will not be: too many are waiting, the disk is full, or its number is
 * not above the last one. Reaches the actor as a rejection, so it never opens the journal's circuit
 * breaker.
 */
public final class WriteRefused extends IllegalStateException {
  private static final long serialVersionUID = 1;

  WriteRefused(String sentence) {
    super(sentence);
  }
}
