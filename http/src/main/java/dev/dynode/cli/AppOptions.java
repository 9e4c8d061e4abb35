package dev.dynode.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which app. */
final class AppOptions {
  @Option(
      names = {"-a", "--app"},
      paramLabel = "APP",
      description = "The app (or HEROKU_APP; otherwise named after the current folder).")
  @Nullable String app;

  boolean given() {
    return app != null;
  }

  /** By whatever means. */
  boolean named() {
    String variable = System.getenv("HEROKU_APP");
    return given() || (variable != null && !variable.isBlank());
  }

  String name() {
    return AppName.choose(app, System.getenv("HEROKU_APP"), Path.of(""));
  }
}
