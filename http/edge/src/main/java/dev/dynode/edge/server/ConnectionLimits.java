package dev.dynode.edge.server;

import com.typesafe.config.Config;
import java.time.Duration;

/**
 * What the connections of one server may take.
 *
 * @param most connections at one time, of all addresses
 * @param mostPerAddress of one address
 * @param headTimeout from the connection, or from the first byte of a further request, to the end
 *     of the request's head
 * @param idleTimeout without a byte to or from a client that is being answered, or without the
 *     beginning of a further request
 * @param backlog connections the kernel keeps before they are accepted
 */
public record ConnectionLimits(
    int most, int mostPerAddress, Duration headTimeout, Duration idleTimeout, int backlog) {

  /** Reads the keys of a server's section; its comments say what each means. */
  public static ConnectionLimits of(Config section) {
    return new ConnectionLimits(
        section.getInt("max-connections"),
        section.getInt("max-connections-per-address"),
        section.getDuration("head-timeout"),
        section.getDuration("idle-timeout"),
        section.getInt("backlog"));
  }
}
