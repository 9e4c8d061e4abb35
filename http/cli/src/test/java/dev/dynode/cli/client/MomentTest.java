package dev.dynode.cli.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.dynode.cli.failure.CommandFailed;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Times that never were, were twice, or have not come yet are not taken without a word. */
@Tag("unit")
class MomentTest {
  private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

  private static Instant here(String time) {
    return Moment.here(time, LocalDateTime.parse(time), BERLIN);
  }

  private static String refusal(String time) {
    return String.valueOf(assertThrows(CommandFailed.class, () -> here(time)).getMessage());
  }

  @Test
  void aTimeWithoutAZoneIsThatOfThePlace() {
    assertEquals(Instant.parse("2026-11-20T13:03:00Z"), here("2026-11-20T14:03"));
    assertEquals(Instant.parse("2026-03-29T00:59:00Z"), here("2026-03-29T01:59"));
    assertEquals(Instant.parse("2026-03-29T01:00:00Z"), here("2026-03-29T03:00"));
  }

  @Test
  void anHourThatWasLeftOutIsSaid() {
    assertEquals(
        "There is no 2026-03-29T02:30 in Europe/Berlin: its clocks were set from 02:00 to 03:00"
            + " then. Give a time with a zone, such as 2026-03-29T01:00:00Z.",
        refusal("2026-03-29T02:30"));
  }

  @Test
  void anHourThatCameTwiceIsSaid() {
    assertEquals(
        "There were two of 2026-10-25T02:30 in Europe/Berlin: its clocks were set back then. Say"
            + " which: 2026-10-25T00:30:00Z or 2026-10-25T01:30:00Z.",
        refusal("2026-10-25T02:30"));
  }

  @Test
  void whatHasNotComeYetIsSaid() {
    assertEquals(
        Optional.of("There is no event 99999: this is after event 25, the last."),
        new Moment("99999").notReached(25));
    assertEquals(Optional.empty(), new Moment("25").notReached(25));
    assertEquals(
        Optional.of("3000-01-01T00:00:00Z has not come yet: this is how it is now."),
        Moment.parse("3000-01-01T00:00:00Z").notReached(25));
    assertEquals(Optional.empty(), Moment.parse("2020-01-01T00:00:00Z").notReached(0));
  }
}
