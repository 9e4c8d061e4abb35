package dev.dynode.keeper;

/** What a dyno's shell has where nobody says otherwise. */
public final class ShellDefaults {
  public static final String PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
  public static final String PROMPT =
      "\\[\\033[01;34m\\]\\w\\[\\033[00m\\] \\[\\033[01;32m\\]$ \\[\\033[00m\\]";

  private ShellDefaults() {}
}
