package dev.dynode.edge.api.request;

import com.typesafe.config.Config;
import dev.dynode.domain.Text;
import dev.dynode.domain.app.Tier;
import dev.dynode.edge.server.ConnectionLimits;
import java.net.URI;
import java.time.Duration;

/**
 * The section {@code dynode.api} of the configuration, and what of {@code dynode.apps} the edge
 * decides; their comments say what each means.
 */
public record ApiSettings(
    String publicUrl,
    String webUrl,
    String gitUrl,
    String region,
    String regionDescription,
    String stack,
    Tier defaultTier,
    ConnectionLimits connections,
    Requests requests,
    long maxJson,
    Duration jsonTimeout,
    Slugs slugs,
    Pages page,
    Rate rate,
    WrongTokens wrongTokens,
    Streams streams) {

  /**
   * Limits of a request; lengths in bytes.
   *
   * @param timeout from the request to the start of its answer
   */
  public record Requests(
      Duration timeout, long maxHeaderLength, int maxHeaderCount, long maxUriLength) {}

  /** Limits of uploads; size in bytes. */
  public record Slugs(
      long maxSize, Duration stallTimeout, Duration uploadTimeout, Duration urlLife) {}

  /** Items per page. */
  public record Pages(int usual, int most) {}

  /** Requests of an account. */
  public record Rate(int burst, int perMinute) {}

  /**
   * Wrong tokens of one address: so many are answered at once, one more each interval.
   *
   * @param longestWait of one for its answer; who would wait longer is turned away
   * @param addresses that are remembered, those heard of last
   */
  public record WrongTokens(int atOnce, Duration every, Duration longestWait, int addresses) {}

  /** Log sessions. */
  public record Streams(
      Duration sessionLife,
      int maxSessions,
      int maxOpen,
      int usualLines,
      int maxLines,
      int buffer,
      Duration keepAlive) {}

  /**
   * Reads {@code dynode.api}.
   *
   * @param routerPort where the router of apps listens
   */
  public static ApiSettings of(Config root, int routerPort) {
    Config api = root.getConfig("dynode.api");
    return new ApiSettings(
        api.getString("public-url"),
        webUrl(api.getString("web-url").replace("{port}", Integer.toString(routerPort))),
        api.getString("git-url"),
        text(api, "region.name"),
        api.getString("region.description"),
        text(api, "stack"),
        tier(root.getString("dynode.apps.default-tier")),
        ConnectionLimits.of(api),
        new Requests(
            api.getDuration("request-timeout"),
            api.getBytes("max-header-length"),
            api.getInt("max-header-count"),
            api.getBytes("max-uri-length")),
        api.getBytes("max-json"),
        api.getDuration("json-timeout"),
        new Slugs(
            api.getBytes("slugs.max-size"),
            api.getDuration("slugs.stall-timeout"),
            api.getDuration("slugs.upload-timeout"),
            api.getDuration("slugs.url-life")),
        new Pages(api.getInt("page.usual"), api.getInt("page.most")),
        new Rate(api.getInt("rate-limit.burst"), api.getInt("rate-limit.per-minute")),
        new WrongTokens(
            api.getInt("wrong-tokens.at-once"),
            api.getDuration("wrong-tokens.every"),
            api.getDuration("wrong-tokens.longest-wait"),
            api.getInt("wrong-tokens.addresses")),
        new Streams(
            api.getDuration("streams.session-life"),
            api.getInt("streams.max-sessions"),
            api.getInt("streams.max-open"),
            api.getInt("streams.usual-lines"),
            api.getInt("streams.max-lines"),
            api.getInt("streams.buffer"),
            api.getDuration("streams.keep-alive")));
  }

  /** A setting that is journaled with what it is said of, so that it must be text that can be. */
  public static String text(Config config, String key) {
    String text = config.getString(key);
    Text.fault(text)
        .ifPresent(
            fault -> {
              throw new IllegalArgumentException(
                  config.origin().description() + ": " + key + ": " + fault + ".");
            });
    return text;
  }

  private static String webUrl(String address) {
    try {
      if (URI.create(address.replace("{app}", "app")).getHost() != null) {
        return address;
      }
    } catch (IllegalArgumentException malformed) {
      // said below
    }
    throw new IllegalArgumentException(
        "dynode.api.web-url: \""
            + address
            + "\" is no address such as \"https://{app}.apps.example.com/\"");
  }

  private static Tier tier(String name) {
    return Tier.of(name)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "dynode.apps.default-tier: \""
                        + name
                        + "\" is no tier; it is one of eco, basic, production, private, shield"));
  }
}
