package dev.dynode.bench;

import dev.dynode.runtime.RawProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** The box of a dyno from bubblewrap alone: what a start is measured by. */
final class BareBox {
  private static final double MILLI = 1e6;

  private final BareRuntime ours;
  private final Path folder;
  private final List<String> echo;

  /**
   * @param folder for the files of the boxes; to be made
   */
  BareBox(BareRuntime ours, Path folder) throws IOException {
    this.ours = ours;
    this.folder = folder;
    echo = ours.withoutUs(folder, "echo hi");
  }

  /** As tables call it. */
  String name() {
    return ours.isolates() ? "`bwrap` with the same walls" : "the same process, not isolated";
  }

  /** Milliseconds to the first byte of {@code echo hi}; returns after the end. */
  double start() throws IOException {
    long begin = System.nanoTime();
    try (var process = new RawProcess(echo)) {
      int read = process.read(new byte[1]);
      double millis = (System.nanoTime() - begin) / MILLI;
      process.await();
      return checked(read, millis);
    }
  }

  static double checked(int read, double millis) throws IOException {
    if (read != 1) {
      throw new IOException("A box printed nothing.");
    }
    return millis;
  }

  /** A process in a box of its own. */
  RawProcess run(String script) throws IOException {
    return new RawProcess(ours.withoutUs(folder, script));
  }

  /** A file that all boxes see in their temporary folder. */
  Path temporary(String name) {
    return folder.resolve("tmp").resolve(name);
  }
}
