package dev.dynode.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.dynode.cluster.Clocks;
import dev.dynode.cluster.Membership;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Times that do not keep what is promised of lost dynos are refused as a node starts. */
@Tag("unit")
class ClocksTest {

  private static Clocks clocks(String given) {
    var member =
        new Membership(
            Set.of(Membership.Role.CONTROL), "127.0.0.1", 0, List.of(), "h", Optional.empty());
    Config config = ConfigFactory.parseString(given).withFallback(ConfigFactory.load());
    return Clocks.of(member.over(config).resolve());
  }

  @Test
  void thoseThatComeKeepIt() {
    Clocks clocks = clocks("");
    assertEquals(
        clocks.lostAfter().plus(clocks.keeping()),
        clocks.absence().neverHere(),
        "an older cluster may answer a host for so long");
    assertEquals(clocks.lostAfter(), clocks.absence().left());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "lease = 84 s | host-lost-after is PT1M30S; it must be at least PT1M30.84S",
        "decide-after = 28 s | host-lost-after is PT1M30S; it must be at least PT1M31.6S",
        "keep-without-database = 60 m | with that keep-without-database it must be at least PT1M36.6S",
        "keep-without-database = 4 s | keep-without-database is PT4S; it must be at least PT5S",
      })
  void othersAreRefused(String key, String said) {
    String message =
        String.valueOf(
            assertThrows(IllegalArgumentException.class, () -> clocks("dynode.cluster." + key))
                .getMessage());
    assertTrue(message.contains(said), message);
  }

  @Test
  void theLeastThatIsAllowedIsAllowed() {
    assertEquals(
        Duration.ofMillis(90_840),
        clocks("dynode.cluster { lease = 84 s, host-lost-after = 90840 ms }").lostAfter());
  }
}
