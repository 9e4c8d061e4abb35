package dev.dynode.domain.attach;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The suffix {@code heroku run --exit-code} appends to its command, so that the shell prints the
 * status into the output. We run the command without it and print the line from the true status:
 * then {@code exit 3} and {@code set -e} are told rightly too.
 */
public final class ExitMarker {
  private static final Pattern SUFFIX =
      Pattern.compile(
          "\\s*;\\s*echo \"\uFFFF heroku-command-exit-status: \\$\\?\"\\s*$", Pattern.DOTALL);

  private static final String WORDS = "heroku-command-exit-status";

  /** Not in the text of any command a person types. */
  private static final char SIGN = '\uFFFF';

  private ExitMarker() {}

  /** Whether the command ends with the suffix. */
  public static boolean in(String command) {
    return mayHold(command) && SUFFIX.matcher(command).find();
  }

  /** The command with the suffix, as the client sends it. */
  public static String mark(String command) {
    return command + "; echo \"\uFFFF heroku-command-exit-status: $?\"";
  }

  /** The command without the suffix. */
  public static String strip(String command) {
    if (!mayHold(command)) {
      return command;
    }
    Matcher suffix = SUFFIX.matcher(command);
    return suffix.find() ? command.substring(0, suffix.start()) : command;
  }

  private static boolean mayHold(String command) {
    return command.indexOf(SIGN) >= 0;
  }

  /** Whether what this prints may be such a line because somebody wants it to be. */
  public static boolean printedBy(String script) {
    return script.contains(WORDS);
  }

  /** The line the client looks for. */
  public static String line(int status) {
    return "\uFFFF heroku-command-exit-status: " + status;
  }
}
