package dev.dynode.edge.server;

import java.net.InetAddress;
import java.time.Duration;
import java.util.Optional;
import org.apache.pekko.http.javadsl.model.AttributeKey;
import org.apache.pekko.http.javadsl.model.HttpRequest;

/**
 * One client's connection and what it is doing, told by its streams and read by {@link
 * Connections}. Instants are those of {@link System#nanoTime}. Thread-safe.
 */
public final class Connection {
  private static final AttributeKey<Connection> OF =
      AttributeKey.create("dynode-connection", Connection.class);

  /** For what was written to be sent, and the client to close its side. */
  private static final Duration LONGEST_FINISH = Duration.ofSeconds(5);

  private final InetAddress from;
  private final Runnable cut;
  private final Runnable finish;

  /** Requests that were read and are not wholly answered. */
  private int open;

  /** Since when its client is awaited: the connection, or the end of the last answer. */
  private long waitingSince;

  private boolean headBegun;
  private long headSince;
  private long lastByte;
  private boolean trusted;
  private boolean finishing;
  private long finishingSince;

  /**
   * @param cut ends it at once
   * @param finish ends it when what was written has been sent
   */
  Connection(InetAddress from, Runnable cut, Runnable finish, long now) {
    this.from = from;
    this.cut = cut;
    this.finish = finish;
    this.waitingSince = now;
    this.headBegun = true; // whoever connects is to speak
    this.headSince = now;
    this.lastByte = now;
  }

  /** The address its client has. */
  public InetAddress from() {
    return from;
  }

  /** A request on it had a good token: it is not ended for the sake of one that had none. */
  public synchronized void trust() {
    trusted = true;
  }

  /** The connection a request came by; whoever makes requests of their own has none. */
  public static Optional<Connection> of(HttpRequest request) {
    return request.getAttribute(OF);
  }

  synchronized HttpRequest begun(HttpRequest request) {
    open++;
    headBegun = false;
    return request.addAttribute(OF, this);
  }

  synchronized void answered(long now) {
    open--;
    waitingSince = now;
  }

  synchronized void received(long now) {
    lastByte = now;
    if (open == 0 && !headBegun) {
      headBegun = true;
      headSince = now;
    }
  }

  synchronized void sent(long now) {
    lastByte = now;
  }

  /** Ends now if nothing is being answered; else the answer says that it is the last. */
  synchronized void close() {
    if (open == 0) {
      finish();
    }
  }

  /** Ends it at once. */
  void cut() {
    cut.run();
  }

  /** Ends it if its time is used up. */
  synchronized void look(ConnectionLimits limits, long now) {
    if (finishing) {
      if (passed(finishingSince, now, LONGEST_FINISH)) { // its client does not read
        cut.run();
      }
    } else if (open > 0) {
      if (passed(lastByte, now, limits.idleTimeout())) {
        cut.run();
      }
    } else if (headBegun) {
      if (passed(headSince, now, limits.headTimeout())) {
        cut.run();
      }
    } else if (passed(lastByte, now, limits.idleTimeout())
        && passed(waitingSince, now, limits.idleTimeout())) {
      finish();
    }
  }

  private void finish() {
    if (!finishing) {
      finish.run();
    }
  }

  /** Nothing more will be sent on it. */
  synchronized void lingers(long now) {
    finishing = true;
    finishingSince = now;
  }

  private static boolean passed(long since, long now, Duration limit) {
    return now - since > limit.toNanos();
  }

  /**
   * How much would be lost with it: nothing, a tokenless answer, a reused connection, an answer.
   */
  synchronized int worth() {
    return (trusted ? 2 : 0) + (open > 0 ? 1 : 0);
  }

  /** Since when it does what it does. */
  synchronized long since() {
    return open > 0 ? lastByte : waitingSince;
  }
}
