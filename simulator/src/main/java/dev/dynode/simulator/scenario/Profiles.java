package dev.dynode.simulator.scenario;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.util.List;

/** The loads and distributions a scenario can name: {@code profiles.conf}. */
public final class Profiles {
  private static final Config FILE =
      ConfigFactory.parseResources(Profiles.class, "profiles.conf").resolve();

  private Profiles() {}

  static Section file() {
    return new Section("", FILE.root());
  }

  /** Profiles of loads, in order of the alphabet. */
  public static List<String> names() {
    return FILE.getConfig("profiles").root().keySet().stream().sorted().toList();
  }

  /** Where a profile's figures come from. */
  public static String source(String profile) {
    return FILE.getString("profiles." + profile + ".source").replaceAll("\\s+", " ");
  }
}
