package dev.dynode.edge.api.request;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.InetAddress;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** How long wrong tokens wait for their answers. */
@Tag("unit")
class WrongTokensTest {
  private static final Duration SECOND = Duration.ofSeconds(1);

  private long now;
  private final WrongTokens wrong =
      new WrongTokens(
          new ApiSettings.WrongTokens(2, SECOND, Duration.ofSeconds(3), 100), () -> now);

  private Optional<Duration> from(String address) throws Exception {
    return wrong.next(InetAddress.getByName(address));
  }

  @Test
  void theFirstAreAnsweredAtOnceTheOthersAtTheirTurnAndTooManyNotAtAll() throws Exception {
    assertEquals(Optional.of(Duration.ZERO), from("192.0.2.1"));
    assertEquals(Optional.of(Duration.ZERO), from("192.0.2.1"));
    for (int i = 1; i <= 3; i++) {
      assertEquals(Optional.of(SECOND.multipliedBy(i)), from("192.0.2.1"));
    }
    assertEquals(Optional.empty(), from("192.0.2.1"));
    now += SECOND.toNanos();
    assertEquals(Optional.of(SECOND.multipliedBy(3)), from("192.0.2.1"));
    now += Duration.ofMinutes(1).toNanos();
    assertEquals(Optional.of(Duration.ZERO), from("192.0.2.1"));
  }

  @Test
  void addressesDoNotWaitForOneAnother() throws Exception {
    for (int i = 0; i < 5; i++) {
      from("192.0.2.1");
    }
    assertEquals(Optional.of(Duration.ZERO), from("192.0.2.2"));
  }

  @Test
  void aSenderIsItsNetworkInIpv6() throws Exception {
    from("2001:db8::1");
    from("2001:db8::2");
    assertEquals(Optional.of(SECOND), from("2001:db8::ffff:3"));
    assertEquals(Optional.of(Duration.ZERO), from("2001:db8:0:1::1"));
  }

  @Test
  void noMoreAddressesAreRememberedThanMayBe() throws Exception {
    from("192.0.2.1");
    from("192.0.2.1");
    for (int i = 0; i < 100; i++) {
      from("198.51.100." + i);
    }
    assertEquals(Optional.of(Duration.ZERO), from("192.0.2.1"));
  }
}
