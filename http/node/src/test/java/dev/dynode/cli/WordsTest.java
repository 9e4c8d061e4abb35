package dev.dynode.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.dynode.cli.failure.Words;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("cli")
class WordsTest {
  private static final List<String> PIECES =
      List.of(
          "a", "-x", "--k=v", "FOO=bar", " ", "\t", "\n", "'", "\"", "\\", "$HOME", "`id`", "$(id)",
          "*", "?", "~", "!", "#", ";", "&", "|", ">", "<", "(", ")", "{", "}", "[", "]", "%", "é",
          "\uFFFF", "✓", "if", "=", ",");

  @Test
  @SuppressWarnings("OrphanedFormatString") // the shell's own
  void shellGetsExactlyTheseWords() throws Exception {
    long seed = Long.getLong("seed", System.nanoTime());
    Random random = new Random(seed);
    List<List<String>> cases = new ArrayList<>();
    StringBuilder script = new StringBuilder("show() { printf '%s\\0' \"$#\" \"$@\"; }\n");
    for (int i = 0; i < 300; i++) {
      List<String> words = new ArrayList<>(List.of("show"));
      for (int w = random.nextInt(1, 6); w > 0; w--) {
        StringBuilder word = new StringBuilder();
        for (int p = random.nextInt(4); p > 0; p--) {
          word.append(PIECES.get(random.nextInt(PIECES.size())));
        }
        words.add(word.toString());
      }
      cases.add(words);
      script.append(Words.command(words)).append('\n');
    }
    Programs.Result shell =
        Programs.run(List.of("bash", "-c", script.toString()), Map.of(), new byte[0]);
    assertEquals("", shell.err(), "seed " + seed);
    List<String> expected = new ArrayList<>();
    for (List<String> words : cases) {
      expected.add(String.valueOf(words.size() - 1));
      expected.addAll(words.subList(1, words.size()));
    }
    assertEquals(
        expected,
        List.of((shell.text() + ".").split("\0", -1)).subList(0, expected.size()),
        "seed " + seed);
  }

  @Test
  @SuppressWarnings("OrphanedFormatString")
  void firstWordIsNeverGrammar() throws Exception {
    for (String word : List.of("FOO=bar", "if", "{", "!", "time", "[[", "case")) {
      String script =
          "command_not_found_handle() { printf '%s' \"$1\"; }\n"
              + Words.command(List.of(word, "x"));
      Programs.Result shell = Programs.run(List.of("bash", "-c", script), Map.of(), new byte[0]);
      String reported = shell.text() + shell.err();
      assertEquals(true, reported.contains(word) || word.equals("time"), word + ": " + reported);
      assertEquals(false, shell.err().contains("syntax error"), shell.err());
    }
  }

  @Test
  void oneWordIsShellText() {
    assertEquals("echo $HOME; ls", Words.command(List.of("echo $HOME; ls")));
    assertEquals("worker --fast -n=3", Words.command(List.of("worker", "--fast", "-n=3")));
  }
}
