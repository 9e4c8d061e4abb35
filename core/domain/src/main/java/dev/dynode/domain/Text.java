package dev.dynode.domain;

import java.util.Optional;

/**
 * Which text can be kept: by JSON and CBOR, by PostgreSQL, and in a program's environment. An event
 * that holds any other is refused by the journal.
 */
public final class Text {
  private Text() {}

  /** Why it cannot be kept, if it cannot: to be said after the name of its field. */
  public static Optional<String> fault(String text) {
    int at = firstFault(text);
    if (at < 0) {
      return Optional.empty();
    }
    return Optional.of(
        text.charAt(at) == '\0'
            ? "it holds a NUL character, which no text here can"
            : "it holds %s, which is half of a surrogate pair and no character"
                .formatted(escaped(text.charAt(at))));
  }

  /**
   * The same, what cannot be kept written as an escape: for text that nobody can be asked to mend.
   */
  public static String kept(String text) {
    if (firstFault(text) < 0) {
      return text;
    }
    var kept = new StringBuilder(text.length() + 16);
    for (int i = 0; i < text.length(); i++) {
      if (faulty(text, i)) {
        kept.append(escaped(text.charAt(i)));
      } else {
        kept.append(text.charAt(i));
      }
    }
    return kept.toString();
  }

  private static int firstFault(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (faulty(text, i)) {
        return i;
      }
    }
    return -1;
  }

  private static boolean faulty(String text, int at) {
    char c = text.charAt(at);
    if (Character.isHighSurrogate(c)) {
      return at + 1 == text.length() || !Character.isLowSurrogate(text.charAt(at + 1));
    }
    return c == '\0'
        || (Character.isLowSurrogate(c)
            && (at == 0 || !Character.isHighSurrogate(text.charAt(at - 1))));
  }

  private static String escaped(char c) {
    return "\\u%04x".formatted((int) c);
  }
}
