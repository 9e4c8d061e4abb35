package dev.dynode.edge.api.request;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * How long wrong tokens of an address wait for their answer. The first are answered at once, each
 * further one at its turn; good tokens never wait. Of IPv6 the first 64 bits count, which is what
 * one sender may choose from. Thread-safe.
 */
public final class WrongTokens {
  private static final int NETWORK_BYTES = 8;

  private final ApiSettings.WrongTokens limits;
  private final LongSupplier nanos;

  /** For each sender the instant at which all its answers so far have had their turn. */
  private final Map<String, Long> busyUntil =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Long> eldest) {
          return size() > limits.addresses();
        }
      };

  /**
   * @param nanos a clock that only moves on
   */
  public WrongTokens(ApiSettings.WrongTokens limits, LongSupplier nanos) {
    this.limits = limits;
    this.nanos = nanos;
  }

  /** The wait before this one's answer; empty: more are waiting than may, so it is turned away. */
  synchronized Optional<Duration> next(InetAddress from) {
    long now = nanos.getAsLong();
    long each = limits.every().toNanos();
    long end = Math.max(busyUntil.getOrDefault(sender(from), now), now) + each;
    Duration wait = Duration.ofNanos(Math.max(0, end - now - each * limits.atOnce()));
    if (wait.compareTo(limits.longestWait()) > 0) {
      return Optional.empty();
    }
    busyUntil.put(sender(from), end);
    return Optional.of(wait);
  }

  private static String sender(InetAddress from) {
    byte[] address = from.getAddress();
    return HexFormat.of()
        .formatHex(from instanceof Inet6Address ? Arrays.copyOf(address, NETWORK_BYTES) : address);
  }
}
