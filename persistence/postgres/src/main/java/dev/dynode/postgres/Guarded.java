package dev.dynode.postgres;

import com.typesafe.config.Config;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What the driver is told of every connection, so that none waits for a database that has vanished
 * without a word: dialling, greeting and each answer have their time, silence is looked into by
 * both ends, and what a node that was cut off has begun is undone by the server in some ten
 * seconds. What the URL says of these wins.
 */
final class Guarded {
  private static final String SERVER =
      "-c tcp_keepalives_idle=4 -c tcp_keepalives_interval=2 -c tcp_keepalives_count=3"
          + " -c tcp_user_timeout=10000";

  private Guarded() {}

  /**
   * By the driver's names.
   *
   * @param postgres {@code dynode.postgres}
   * @param answer longest silence while an answer is waited for
   */
  static Map<String, String> by(Config postgres, Duration answer) {
    String dial = seconds(postgres.getDuration("dial-within"));
    Map<String, String> properties = new LinkedHashMap<>();
    properties.put("connectTimeout", dial);
    properties.put("loginTimeout", dial);
    properties.put("socketTimeout", seconds(answer));
    properties.put("tcpKeepAlive", "true");
    properties.put("socketFactory", KeptAliveSockets.class.getName());
    properties.put("options", SERVER);
    // Rows that are written together are one statement.
    properties.put("reWriteBatchedInserts", "true");
    return properties;
  }

  /** The driver counts in whole ones; 0 were for ever. */
  private static String seconds(Duration time) {
    return String.valueOf(Math.max(1, time.toSeconds()));
  }
}
