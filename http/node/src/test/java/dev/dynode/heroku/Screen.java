package dev.dynode.heroku;

import dev.dynode.port.ProcessRuntime.RunningProcess;
import dev.dynode.port.ProcessRuntime.WindowSize;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Somebody in front of a terminal: types, and reads what comes until it is what was expected. */
final class Screen {
  private static final Duration PATIENCE = Duration.ofSeconds(40);

  /**
   * Colours, cursor moves, bracketed paste. (A line ends with \r\r\n: Node's raw mode adds one.)
   */
  private static final Pattern CONTROL = Pattern.compile("\u001b\\[[0-9;?]*[A-Za-z]");

  private final RunningProcess process;
  private final StringBuilder seen = new StringBuilder();
  private boolean over;

  Screen(RunningProcess process) {
    this.process = process;
    Thread.ofVirtual().start(this::watch);
  }

  private void watch() {
    byte[] buffer = new byte[4096];
    try {
      for (int n = process.read(buffer); n >= 0; n = process.read(buffer)) {
        synchronized (this) {
          seen.append(new String(buffer, 0, n, StandardCharsets.ISO_8859_1));
          notifyAll();
        }
      }
    } catch (IOException e) {
      // the end
    }
    synchronized (this) {
      over = true;
      notifyAll();
    }
  }

  /** Waits for the expression, and forgets everything up to its end. */
  synchronized String await(String expression) throws InterruptedException {
    Pattern pattern = Pattern.compile(expression, Pattern.DOTALL);
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      String plain = CONTROL.matcher(seen).replaceAll("").replaceAll("\r+\n", "\r\n");
      Matcher matcher = pattern.matcher(plain);
      if (matcher.find()) {
        seen.replace(0, seen.length(), plain.substring(matcher.end()));
        return matcher.group();
      }
      long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
      if (over || left <= 0) {
        throw new AssertionError((over ? "ended before " : "no ") + expression + ": " + seen);
      }
      wait(left);
    }
  }

  void type(String keys) throws IOException {
    byte[] bytes = keys.getBytes(StandardCharsets.UTF_8);
    process.write(bytes, 0, bytes.length);
  }

  void resize(int columns, int rows) {
    process.resize(new WindowSize(columns, rows));
  }

  int exit() throws Exception {
    return process.exit().toCompletableFuture().get(PATIENCE.toSeconds(), TimeUnit.SECONDS).code();
  }
}
