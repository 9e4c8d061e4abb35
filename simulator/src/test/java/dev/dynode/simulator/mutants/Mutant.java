package dev.dynode.simulator.mutants;

/**
 * One mistake that the rules can be made to make.
 *
 * @param id its number, by which {@link Switch} turns it on
 * @param owner binary name of the class
 * @param line of the source
 * @param mistake in words
 */
record Mutant(int id, String owner, String method, int line, String mistake) {
  String place() {
    return "%s.%s:%d".formatted(owner.substring(owner.lastIndexOf('.') + 1), method, line);
  }

  @Override
  public String toString() {
    return place() + " " + mistake;
  }
}
