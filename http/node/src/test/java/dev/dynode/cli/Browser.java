package dev.dynode.cli;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;

/** Debian's Chromium, without a window. */
final class Browser {
  private Browser() {}

  /** Starts one with a profile of its own; to be quit. */
  static ChromeDriver start(Path profile) {
    var options = new ChromeOptions();
    options.setBinary(program("chromium").toString());
    options.addArguments(
        "--headless=new",
        "--no-sandbox", // else it refuses to run as root
        "--disable-dev-shm-usage",
        "--user-data-dir=" + profile);
    var service =
        new ChromeDriverService.Builder()
            .usingDriverExecutable(program("chromedriver").toFile())
            .build();
    return new ChromeDriver(service, options);
  }

  private static Path program(String name) {
    return List.of(System.getenv("PATH").split(File.pathSeparator)).stream()
        .map(path -> Path.of(path, name))
        .filter(Files::isExecutable)
        .findFirst()
        .orElseThrow();
  }
}
