package dev.dynode.domain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Which text an event can hold. */
@Tag("unit")
class TextTest {
  @Test
  void halvesOfCharactersAndNulCannotBeKept() {
    for (String bad :
        List.of("\ud83d", "a\ud83d", "\ud83da", "\ude00", "\ude00\ud83d", "\ud83d\ud83d\ude00")) {
      assertTrue(Text.fault(bad).orElseThrow().contains("half of a surrogate pair"));
      assertEquals(Optional.empty(), Text.fault(Text.kept(bad)));
    }
    assertTrue(Text.fault("a\0").orElseThrow().contains("NUL"));
    assertEquals("a\\u0000\\ud83d", Text.kept("a\0\ud83d"));
  }

  @Test
  void everythingElseIsKeptAsItIs() {
    for (String good :
        List.of("", "a\r\n\t\u001b[2J", "\ud83d\ude00", "é\uffff\ufeff", "Ω\u2028")) {
      assertEquals(Optional.empty(), Text.fault(good));
      assertEquals(good, Text.kept(good));
    }
  }
}
