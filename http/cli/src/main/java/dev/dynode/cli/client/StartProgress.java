package dev.dynode.cli.client;

import dev.dynode.cli.terminal.Progress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * What a starting node waits for, as its data folder tells: on a terminal each second, in place;
 * elsewhere a line every few seconds. For one thread.
 */
public final class StartProgress {
  private static final Duration IN_PLACE_EVERY = Duration.ofSeconds(1);
  private static final Duration LINE_EVERY = Duration.ofSeconds(5);

  private final Path data;
  private final Progress progress;
  private final long began = System.nanoTime();
  private final long everyNanos;
  private long next;
  private String waitsFor = "";

  StartProgress(Path data, Progress progress) {
    this.data = data;
    this.progress = progress;
    everyNanos = (progress.live() ? IN_PLACE_EVERY : LINE_EVERY).toNanos();
    next = began + everyNanos;
    progress.begins();
  }

  public static StartProgress onStderr(Path data) {
    return new StartProgress(data, Progress.onStderr("Starting a node"));
  }

  /** To be called again and again. */
  public void look() {
    long now = System.nanoTime();
    if (now - next >= 0) {
      next = now + everyNanos;
      NodeProcess.startsWaitingFor(data).ifPresent(what -> waitsFor = what);
      progress.still(
          (waitsFor.isEmpty() ? "" : "waiting for " + waitsFor + " ")
              + "("
              + TimeUnit.NANOSECONDS.toSeconds(now - began)
              + " s)");
    }
  }

  /** What it was last seen to wait for; empty: not known. */
  String waitsFor() {
    NodeProcess.startsWaitingFor(data).ifPresent(what -> waitsFor = what);
    return waitsFor;
  }

  /** A line of its own, which stays. */
  void warn(String text) {
    progress.aside("WARNING: " + text);
  }

  void ends(String how) {
    progress.ends(how);
  }

  /** Without a word: what comes next says it. */
  public void vanishes() {
    progress.vanishes();
  }
}
