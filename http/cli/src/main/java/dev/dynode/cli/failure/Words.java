package dev.dynode.cli.failure;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** Turns words into shell text that a POSIX shell splits into exactly these words. */
public final class Words {
  private static final Pattern BARE = Pattern.compile("[A-Za-z0-9_@%+:,./=-]+");

  /** Words a shell takes for grammar when they come first. */
  private static final Set<String> GRAMMAR =
      Set.of(
          "if",
          "then",
          "else",
          "elif",
          "fi",
          "case",
          "esac",
          "for",
          "select",
          "while",
          "until",
          "do",
          "done",
          "in",
          "function",
          "time",
          "coproc");

  private Words() {}

  /** The word, quoted only where needed. */
  public static String quote(String word) {
    return BARE.matcher(word).matches() ? word : "'" + word.replace("'", "'\\''") + "'";
  }

  /**
   * The command text for what stood behind {@code --}: a single word is shell text already, several
   * are the words of one command.
   */
  public static String command(List<String> words) {
    if (words.size() == 1) {
      return words.getFirst();
    }
    List<String> quoted = new ArrayList<>(words.size());
    for (String word : words) {
      boolean leads = quoted.isEmpty();
      boolean grammar = leads && (word.indexOf('=') >= 0 || GRAMMAR.contains(word));
      quoted.add(grammar && BARE.matcher(word).matches() ? "'" + word + "'" : quote(word));
    }
    return String.join(" ", quoted);
  }
}
