package dev.dynode.cli.client;

import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** App names: {@code ^[a-z][a-z0-9-]{1,28}[a-z0-9]$} (Platform API schema, resource app). */
final class AppName {
  private static final int LONGEST = 30;
  private static final int SHORTEST = 3;

  private AppName() {}

  /** The name of a folder made into the name of an app. */
  static String of(Path folder) {
    Path last = folder.toAbsolutePath().normalize().getFileName();
    String name =
        (last == null ? "" : last.toString())
            .toLowerCase(Locale.ROOT)
            .replaceAll("[^a-z0-9]+", "-")
            .replaceAll("^-+|-+$", "");
    if (name.isEmpty() || name.length() < SHORTEST || !Character.isLetter(name.charAt(0))) {
      name = name.isEmpty() ? "app" : "app-" + name;
    }
    return name.length() <= LONGEST ? name : name.substring(0, LONGEST).replaceAll("-+$", "");
  }

  /** The name given, else that of {@code HEROKU_APP}, else that of the folder. */
  static String choose(@Nullable String given, @Nullable String environment, Path folder) {
    if (given != null && !given.isBlank()) {
      return given;
    }
    return environment != null && !environment.isBlank() ? environment : of(folder);
  }
}
