package dev.dynode.simulator.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dynode.simulator.time.Dice;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("unit")
class ArrivalsTest {
  private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");
  private static final Duration WEEKS = Duration.ofDays(70);

  private static List<ZonedDateTime> during(
      Arrivals arrivals, Instant start, Duration time, ZoneId zone) {
    Arrivals.Instants instants = arrivals.from(start, zone, new Dice(5));
    List<ZonedDateTime> all = new ArrayList<>();
    for (long at = instants.next(); at < time.toNanos(); at = instants.next()) {
      all.add(start.plusNanos(at).atZone(zone));
    }
    return all;
  }

  private static void isAbout(double expected, double seen) {
    assertEquals(expected, seen, 4 * Math.sqrt(expected), "four deviations of a Poisson number");
  }

  @Test
  void poissonHasItsRate() {
    var all = during(new Arrivals.Poisson(10), Instant.EPOCH, WEEKS, ZoneOffset.UTC);
    isAbout(10.0 * WEEKS.toHours(), all.size());
  }

  @Test
  void burstsHaveTheirShareOfTheTime() {
    var bursts = new Arrivals.Bursts(2, 60, Duration.ofHours(3), Duration.ofHours(1));
    var all = during(bursts, Instant.EPOCH, WEEKS, ZoneOffset.UTC);
    double expected = (2 * .75 + 60 * .25) * WEEKS.toHours();
    assertEquals(expected, all.size(), expected / 10);
  }

  @Test
  void weeksFollowTheClockOfTheZone() {
    List<Double> hours = IntStream.range(0, 24).mapToObj(hour -> hour == 9 ? 1.0 : 0.0).toList();
    List<Double> days = List.of(1.0, 1.0, 1.0, 1.0, .5, 0.0, 0.0);
    var all =
        during(
            new Arrivals.Weekly(60, hours, days),
            Instant.parse("2026-03-01T00:00:00Z"), // daylight saving begins on the 29th
            WEEKS,
            BERLIN);
    assertTrue(all.stream().allMatch(at -> at.getHour() == 9));
    isAbout(60 * 10, on(DayOfWeek.MONDAY, all));
    isAbout(30 * 10, on(DayOfWeek.FRIDAY, all));
    assertEquals(0, on(DayOfWeek.SUNDAY, all));
  }

  private static int on(DayOfWeek day, List<ZonedDateTime> all) {
    return (int) all.stream().filter(at -> at.getDayOfWeek() == day).count();
  }

  @Test
  void stormsComeTogether() {
    var storms = new Arrivals.Storms(Duration.ofHours(1), Duration.ofMinutes(5), 7, Duration.ZERO);
    var all = during(storms, Instant.EPOCH, Duration.ofHours(3), ZoneOffset.UTC);
    List<ZonedDateTime> expected = new ArrayList<>();
    for (int minute : new int[] {5, 65, 125}) {
      Instant storm = Instant.EPOCH.plusSeconds(60L * minute);
      expected.addAll(Collections.nCopies(7, storm.atZone(ZoneOffset.UTC)));
    }
    assertEquals(expected, all);
  }

  /** On 29 March 2026 there is no 02:30 in Berlin; on 25 October there are two. */
  @Test
  void everyDayHasOneStormThroughBothEdgesOfDaylightSaving() {
    var nightly = new Arrivals.Daily(LocalTime.of(2, 30), 1, Duration.ZERO);
    for (String start : List.of("2026-03-25T23:00:00Z", "2026-10-21T22:00:00Z")) {
      var all = during(nightly, Instant.parse(start), Duration.ofDays(8), BERLIN);
      assertEquals(8, all.stream().map(ZonedDateTime::toLocalDate).distinct().count(), start);
      assertEquals(8, all.size(), start);
      for (ZonedDateTime at : all) {
        boolean leftOut = at.toLocalDate().toString().equals("2026-03-29");
        assertEquals(LocalTime.of(leftOut ? 3 : 2, 30), at.toLocalTime());
      }
    }
  }
}
