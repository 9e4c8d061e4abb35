package dev.dynode.journal;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/** A small file system in memory, to be filled up; only root can make one. */
public final class SmallDisk implements AutoCloseable {
  private final Path folder;
  private volatile boolean filling;
  private Thread filler = new Thread();

  private SmallDisk(Path folder) {
    this.folder = folder;
  }

  /**
   * Mounts it on an empty folder; otherwise the test is skipped and says why.
   *
   * @param options such as {@code size=150m}
   */
  public static SmallDisk mount(Path folder, String options) throws Exception {
    Files.createDirectories(folder);
    Assumptions.assumeTrue(
        run("mount", "-t", "tmpfs", "-o", options, "tmpfs", folder.toString()) == 0,
        "only root can mount a small disk to fill");
    return new SmallDisk(folder);
  }

  private static int run(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getInputStream().readAllBytes();
    process.waitFor(20, TimeUnit.SECONDS);
    return process.exitValue();
  }

  public Path folder() {
    return folder;
  }

  /** Takes all there is, and whatever becomes free, as a dyno might. Returns once it is full. */
  public void fill() throws Exception {
    filling = true;
    filler = Thread.ofPlatform().daemon().start(this::takeAll);
    while (Files.getFileStore(folder).getUsableSpace() > 0) {
      TimeUnit.MILLISECONDS.sleep(5);
    }
  }

  private void takeAll() {
    byte[] block = new byte[4096];
    while (filling) {
      try (OutputStream out =
          Files.newOutputStream(
              folder.resolve("filler"),
              java.nio.file.StandardOpenOption.CREATE,
              java.nio.file.StandardOpenOption.APPEND)) {
        while (filling) {
          out.write(block);
        }
      } catch (IOException full) {
        Thread.onSpinWait();
      }
    }
  }

  /** Takes all inodes. */
  public void fillInodes() throws IOException {
    Path many = Files.createDirectory(folder.resolve("many"));
    for (int i = 0; ; i++) {
      try {
        Files.createFile(many.resolve("f" + i));
      } catch (IOException none) {
        return;
      }
    }
  }

  /** Gives all back. */
  public void free() throws Exception {
    filling = false;
    filler.join();
    Files.deleteIfExists(folder.resolve("filler"));
    run("rm", "-rf", folder.resolve("many").toString());
  }

  @Override
  public void close() throws IOException {
    filling = false;
    try {
      run("umount", "-l", folder.toString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
