package dev.dynode.domain.app;

import java.util.LinkedHashMap;
import java.util.SequencedMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The file that names an app's process types (Heroku's article "The Procfile"): one {@code TYPE:
 * COMMAND} per line, split at the first colon. A line that begins with {@code #} is a comment;
 * behind a command it is the shell's.
 */
public final class Procfile {
  private static final Pattern LINE = Pattern.compile("([-\\w]{1,128}):(.*)");

  private Procfile() {}

  /**
   * Reads a Procfile; blank lines, CR LF and spaces around a command are of no account.
   *
   * @return the command of each type, in the order of the file
   * @throws Malformed for any other line, a type without a command, or one that is named twice
   */
  public static SequencedMap<String, String> parse(String text) throws Malformed {
    var commands = new LinkedHashMap<String, String>();
    int number = 0;
    for (String raw : text.split("\n", -1)) {
      number++;
      String line = (number == 1 && raw.startsWith("\uFEFF") ? raw.substring(1) : raw).strip();
      if (line.isEmpty() || line.startsWith("#")) {
        continue;
      }
      Matcher match = LINE.matcher(line);
      if (!match.matches()) {
        throw new Malformed(
            number,
            "'"
                + line
                + "' is not of the form TYPE: COMMAND, with a type of 1 to 128 letters, digits,"
                + " '-' and '_'. Correct or remove it, or begin it with '#'.");
      }
      String type = match.group(1);
      String command = match.group(2).strip();
      if (command.isEmpty()) {
        throw new Malformed(
            number,
            "'" + type + "' has no command. Write one after the colon, or remove the line.");
      }
      if (commands.putIfAbsent(type, command) != null) {
        throw new Malformed(
            number, "'" + type + "' is named a second time. Keep one of its lines.");
      }
    }
    return commands;
  }

  /** A Procfile that cannot be understood; the message says where and what to do. */
  public static final class Malformed extends Exception {
    private static final long serialVersionUID = 1L;

    private final int line;

    Malformed(int line, String message) {
      super("Procfile line " + line + ": " + message);
      this.line = line;
    }

    /** Number of the line, from 1. */
    public int line() {
      return line;
    }
  }
}
