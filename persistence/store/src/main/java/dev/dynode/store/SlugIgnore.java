package dev.dynode.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * What {@code .slugignore} leaves out of a slug (Heroku's article "Slug Compiler"): patterns as in
 * .gitignore, without negation. A pattern with a slash before its end is relative to the root, any
 * other matches at every depth; one that ends in a slash matches folders only. {@code *}, {@code ?}
 * and {@code [a-z]} do not match a slash, {@code **} does.
 */
final class SlugIgnore {
  private record Rule(Pattern path, boolean foldersOnly) {}

  private final List<Rule> rules = new ArrayList<>();

  /**
   * Reads the file of this folder, if there is one.
   *
   * @throws IOException also for a line that is not understood; the message names it
   */
  static SlugIgnore of(Path folder) throws IOException {
    Path file = folder.resolve(".slugignore");
    return Files.exists(file, LinkOption.NOFOLLOW_LINKS)
        ? new SlugIgnore(TextFile.read(file).lines().toList())
        : new SlugIgnore(List.of());
  }

  SlugIgnore(List<String> lines) throws IOException {
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i).strip();
      if (line.isEmpty() || line.startsWith("#")) {
        continue;
      }
      if (line.startsWith("!")) {
        throw new IOException(
            ".slugignore line "
                + (i + 1)
                + ": '"
                + line
                + "' is a negation, which .slugignore does not know. Remove the line.");
      }
      boolean foldersOnly = line.endsWith("/");
      String pattern = foldersOnly ? line.substring(0, line.length() - 1) : line;
      boolean anchored = pattern.contains("/");
      try {
        rules.add(
            new Rule(
                Pattern.compile(
                    (anchored ? "" : "(?:.*/)?")
                        + regex(pattern.startsWith("/") ? pattern.substring(1) : pattern),
                    Pattern.DOTALL),
                foldersOnly));
      } catch (PatternSyntaxException e) {
        throw new IOException(
            ".slugignore line " + (i + 1) + ": '" + line + "' is no pattern. Correct it.", e);
      }
    }
  }

  /**
   * Whether this is left out, a folder with all that is in it.
   *
   * @param path relative to the root, with {@code /} between
   */
  boolean ignores(String path, boolean folder) {
    for (Rule rule : rules) {
      if ((folder || !rule.foldersOnly()) && rule.path().matcher(path).matches()) {
        return true;
      }
    }
    return false;
  }

  private static String regex(String glob) {
    var out = new StringBuilder();
    for (int i = 0; i < glob.length(); i++) {
      char c = glob.charAt(i);
      int end = c == '[' ? glob.indexOf(']', i + 2) : -1;
      if (glob.startsWith("**/", i)) {
        out.append("(?:.*/)?");
        i += 2;
      } else if (glob.startsWith("**", i)) {
        out.append(".*");
        i++;
      } else if (c == '*') {
        out.append("[^/]*");
      } else if (c == '?') {
        out.append("[^/]");
      } else if (end > 0) {
        String set = glob.substring(i + 1, end);
        boolean not = set.startsWith("!") || set.startsWith("^");
        out.append("(?!/)[")
            .append(not ? "^" : "")
            .append((not ? set.substring(1) : set).replaceAll("[\\[\\\\&^]", "\\\\$0"))
            .append(']');
        i = end;
      } else {
        boolean escape = c == '\\' && i + 1 < glob.length();
        out.append(Pattern.quote(String.valueOf(escape ? glob.charAt(++i) : c)));
      }
    }
    return out.toString();
  }
}
