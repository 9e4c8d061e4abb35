package dev.dynode.runtime.isolation;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import java.nio.file.Path;

/**
 * Dynos of a root that isolates nothing; {@code dynode.runtime.plain} of the configuration explains
 * each.
 *
 * @param user whose processes they are; -1: root's
 * @param folder for their files
 */
public record PlainSettings(int user, Path folder) {
  public static PlainSettings from(Config runtime) {
    Config plain = runtime.getConfig("plain");
    int user = plain.getInt("user");
    if (user == 0 || user < -1) {
      throw new ConfigException.BadValue(
          plain.getValue("user").origin(), "dynode.runtime.plain.user", user + " is no such user");
    }
    return new PlainSettings(user, Path.of(plain.getString("folder")));
  }
}
