package dev.dynode.domain.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("unit")
class ProcfileTest {

  @Test
  void splitsAtTheFirstColonAndKeepsTheOrder() throws Exception {
    var commands =
        Procfile.parse(
            """
            web: bundle exec puma -b tcp://[::]:$PORT\r

            \s
            worker-2:rake jobs:work\s\s
            my_clock:\tclock # not a comment
            """);
    assertEquals(List.of("web", "worker-2", "my_clock"), List.copyOf(commands.keySet()));
    assertEquals("bundle exec puma -b tcp://[::]:$PORT", commands.get("web"));
    assertEquals("rake jobs:work", commands.get("worker-2"));
    assertEquals("clock # not a comment", commands.get("my_clock"));
  }

  @Test
  void anEmptyFileHasNoTypes() throws Exception {
    assertTrue(Procfile.parse("").isEmpty());
    assertTrue(Procfile.parse("\uFEFF\n\n").isEmpty());
  }

  /** As `heroku local` and foreman read it. */
  @Test
  void aLineThatBeginsWithANumberSignIsAComment() throws Exception {
    var commands =
        Procfile.parse(
            "\uFEFF# web: off\r\n#\n \t# indented: too\nweb: run # for the shell\n#worker: x");
    assertEquals("{web=run # for the shell}", commands.toString());
    assertEquals(
        3,
        assertThrows(Procfile.Malformed.class, () -> Procfile.parse("# one\n# two\nthree")).line());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\u00A0# no blank",
        "web bundle",
        "we b: x",
        "wéb: x",
        ": x",
        "web:",
        "web:  ",
        "web : x"
      })
  void saysWhichLineIsWrong(String line) {
    var malformed =
        assertThrows(Procfile.Malformed.class, () -> Procfile.parse("ok: fine\n\n" + line + "\n"));
    assertEquals(3, malformed.line());
    assertEquals("Procfile line 3: ", String.valueOf(malformed.getMessage()).substring(0, 17));
  }

  @Test
  void aTypeHasAtMost128Characters() throws Exception {
    assertEquals(1, Procfile.parse("a".repeat(128) + ": x").size());
    assertThrows(Procfile.Malformed.class, () -> Procfile.parse("a".repeat(129) + ": x"));
  }

  @Test
  void aTypeIsNamedOnce() {
    var malformed =
        assertThrows(Procfile.Malformed.class, () -> Procfile.parse("web: a\nworker: b\nweb: c"));
    assertEquals(3, malformed.line());
  }
}
