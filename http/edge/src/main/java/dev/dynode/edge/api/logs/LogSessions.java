package dev.dynode.edge.api.logs;

import dev.dynode.domain.id.AppId;
import dev.dynode.edge.api.request.ApiSettings;
import dev.dynode.edge.api.request.Problem;
import dev.dynode.port.LogStore.LogFilter;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The log sessions that may be read, by their secret (Logplex forgot one after 360 s). Thread-safe;
 * they end with the node, and clients then ask for new ones.
 */
public final class LogSessions {
  private static final int SECRET_BYTES = 24;

  private final ApiSettings.Streams limits;
  private final InstantSource clock;
  private final SecureRandom random = new SecureRandom();
  private final Map<String, Kept> kept = new HashMap<>();
  private int open;

  public LogSessions(ApiSettings.Streams limits, InstantSource clock) {
    this.limits = limits;
    this.clock = clock;
  }

  /** What a session shows. */
  record Session(AppId app, LogFilter filter, int lines, boolean tail) {}

  private static final class Kept {
    private final Session session;
    private Instant until;
    private int readers;

    Kept(Session session, Instant until) {
      this.session = session;
      this.until = until;
    }
  }

  /** The new session's secret. */
  synchronized String create(Session session) {
    kept.values().removeIf(this::expired);
    if (kept.size() >= limits.maxSessions()) {
      throw full(
          "There are " + kept.size() + " log sessions, the most this node keeps; ask again soon.");
    }
    byte[] secret = new byte[SECRET_BYTES];
    random.nextBytes(secret);
    String text = Base64.getUrlEncoder().withoutPadding().encodeToString(secret);
    kept.put(text, new Kept(session, end()));
    return text;
  }

  /**
   * The session of this secret, now being read: {@link #close} it afterwards. Empty if it is not
   * known any more.
   */
  synchronized Optional<Session> open(String secret) {
    Kept found = kept.get(secret);
    if (found == null || expired(found)) {
      kept.remove(secret);
      return Optional.empty();
    }
    if (open >= limits.maxOpen()) {
      throw full("There are " + open + " log streams, the most this node serves; ask again soon.");
    }
    open++;
    found.readers++;
    return Optional.of(found.session);
  }

  synchronized void close(String secret) {
    open--;
    Kept found = kept.get(secret);
    if (found != null) {
      found.readers--;
      found.until = end();
    }
  }

  private Instant end() {
    Duration life = limits.sessionLife();
    return clock.instant().plus(life);
  }

  private boolean expired(Kept session) {
    return session.readers == 0 && !clock.instant().isBefore(session.until);
  }

  private static RuntimeException full(String message) {
    return new Problem(503, "service_unavailable", message)
        .withHeader("Retry-After", "5")
        .exception();
  }
}
