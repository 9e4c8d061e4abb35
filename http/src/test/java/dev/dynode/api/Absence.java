package dev.dynode.api;

/** Lets the pages of other packages ask what there is none of. */
public final class Absence {
  private Absence() {}

  /**
   * @param resource as the schema names it
   */
  public static boolean none(String resource) {
    return NotAvailable.none(resource);
  }
}
