package dev.dynode.domain.id;

/**
 * Name of a dyno within its app, such as {@code web.1} or {@code run.4242}: unique among the live
 * dynos of the app.
 *
 * @param type process type, {@code [-\w]{1,128}} (Platform API schema)
 * @param number 1 or more; one-off dynos draw it at random
 */
public record DynoName(String type, int number) {
  /** Reads {@code type.number}; the type may itself contain no dot. */
  public static DynoName of(String text) {
    int dot = text.lastIndexOf('.');
    if (dot < 1) {
      throw new IllegalArgumentException("no dyno name: " + text);
    }
    return new DynoName(text.substring(0, dot), Integer.parseInt(text.substring(dot + 1)));
  }

  @Override
  public String toString() {
    return type + "." + number;
  }
}
