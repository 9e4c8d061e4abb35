package dev.dynode.cli.client;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which app. */
public final class AppOptions {
  @Option(
      names = {"-a", "--app"},
      paramLabel = "APP",
      description = "The app (or HEROKU_APP; otherwise named after the current folder).")
  @Nullable String app;

  public boolean given() {
    return app != null;
  }

  /** By whatever means. */
  public boolean named() {
    String variable = System.getenv("HEROKU_APP");
    return given() || (variable != null && !variable.isBlank());
  }

  public String name() {
    return AppName.choose(app, System.getenv("HEROKU_APP"), Path.of(""));
  }
}
