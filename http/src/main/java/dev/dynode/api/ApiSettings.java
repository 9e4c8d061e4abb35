package dev.dynode.api;

import com.typesafe.config.Config;
import dev.dynode.domain.app.Tier;
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
    Connections connections,
    long maxJson,
    Duration jsonTimeout,
    Slugs slugs,
    Pages page,
    Rate rate,
    Streams streams) {

  /** Limits of connections and requests; lengths in bytes. */
  public record Connections(
      int most,
      Duration idleTimeout,
      Duration requestTimeout,
      long maxHeaderLength,
      int maxHeaderCount,
      long maxUriLength) {}

  /** Limits of uploads; size in bytes. */
  public record Slugs(
      long maxSize, Duration stallTimeout, Duration uploadTimeout, Duration urlLife) {}

  /** Items per page. */
  public record Pages(int usual, int most) {}

  /** Requests of an account. */
  public record Rate(int burst, int perMinute) {}

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
        api.getString("region.name"),
        api.getString("region.description"),
        api.getString("stack"),
        tier(root.getString("dynode.apps.default-tier")),
        new Connections(
            api.getInt("max-connections"),
            api.getDuration("idle-timeout"),
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
        new Streams(
            api.getDuration("streams.session-life"),
            api.getInt("streams.max-sessions"),
            api.getInt("streams.max-open"),
            api.getInt("streams.usual-lines"),
            api.getInt("streams.max-lines"),
            api.getInt("streams.buffer"),
            api.getDuration("streams.keep-alive")));
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
