package dev.dynode.cli.failure;

import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** What was wrong with the words of a command, for the person who typed them. */
public final class Misuse {
  private static final Pattern POSITION =
      Pattern.compile("positional parameters? at index \\d+(?:\\.\\.(?:\\d+|\\*))? \\(([^)]*)\\)");
  private static final Pattern PATTERN_OF_TYPE = Pattern.compile(" to (\\w+) \\((.*)\\)$");
  private static final Map<String, String> TYPES =
      Map.of(
          "is not an int", "is not a whole number",
          "is not a long", "is not a whole number",
          "is not a double", "is not a number",
          "is not a boolean", "is neither true nor false",
          "option option", "option");

  private Misuse() {}

  /** One sentence. */
  public static String said(ParameterException e) {
    String said =
        e instanceof UnmatchedArgumentException unmatched
            ? unmatched(unmatched)
            : plain(String.valueOf(e.getMessage()));
    return said.endsWith(".") || said.endsWith("?") ? said : said + ".";
  }

  private static String unmatched(UnmatchedArgumentException e) {
    String word = e.getUnmatched().isEmpty() ? "" : e.getUnmatched().getFirst();
    boolean command = !word.startsWith("-") && e.getCommandLine().getCommandSpec().parent() == null;
    String said =
        command
            ? "%s is no command of dynode".formatted(Words.quote(word))
            : word.startsWith("-") && !word.equals("-")
                ? "There is no option %s".formatted(Words.quote(word))
                : "%s is one word too many".formatted(Words.quote(word));
    List<String> close = e.getSuggestions();
    return close.isEmpty() || !command
        ? said + "."
        : said + "; did you mean " + String.join(" or ", close) + "?";
  }

  private static String plain(String text) {
    String said = POSITION.matcher(text).replaceAll("$1");
    said = PATTERN_OF_TYPE.matcher(said).replaceAll(": $2");
    for (Map.Entry<String, String> type : TYPES.entrySet()) {
      said = said.replace(type.getKey(), type.getValue());
    }
    return Reason.plain(said);
  }
}
