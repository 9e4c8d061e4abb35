package dev.dynode.bench;

import com.fasterxml.jackson.databind.JsonNode;
import dev.dynode.bench.table.Row;
import dev.dynode.bench.table.Row.Figure;
import dev.dynode.bench.table.Row.Unit;
import dev.dynode.bench.table.Samples;
import dev.dynode.cli.run.AttachStream;
import dev.dynode.port.ProcessRuntime.RunningProcess;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/** Much output, to a client and to nobody in between. */
final class Throughput {
  private static final int MIB = 1024 * 1024;
  private static final long SEED = 42;
  private static final int READ = 64 * 1024;
  private static final double AIM = 0.8;

  private final MeasuredNode node;
  private final BareRuntime bare;
  private final Effort effort;
  private final Path pattern;

  /**
   * @param folder a file that nothing compresses is written there
   */
  Throughput(MeasuredNode node, BareRuntime bare, Effort effort, Path folder) throws IOException {
    this.node = node;
    this.bare = bare;
    this.effort = effort;
    pattern = folder.resolve("pattern");
    byte[] block = new byte[MIB];
    var random = new SplittableRandom(SEED);
    try (OutputStream out = Files.newOutputStream(pattern)) {
      for (int i = 0; i < effort.patternMib(); i++) {
        random.nextBytes(block);
        out.write(block);
      }
    }
  }

  List<Row> measure() throws IOException {
    List<Row> rows = new ArrayList<>();
    for (boolean terminal : new boolean[] {true, false}) {
      var ours = new Samples();
      var floor = new Samples();
      attached(terminal, (_, _) -> {});
      bare(terminal);
      for (int i = 0; i < effort.transfers(); i++) {
        ours.add(attached(terminal, (_, _) -> {}));
        floor.add(bare(terminal));
      }
      boolean intact = intact(terminal);
      String what =
          String.format(
              Locale.ROOT,
              "%d MiB of output through TLS, %s",
              total() / MIB,
              terminal ? "raw terminal" : "pipes");
      Row row =
          Row.beside(
              what,
              Figure.single(ours.median(), Unit.MIB_PER_SECOND),
              terminal ? "the same terminal read directly" : "the same pipe read directly",
              Figure.single(floor.median(), Unit.MIB_PER_SECOND));
      boolean fast = !terminal || row.ratio().orElseThrow() >= AIM;
      rows.add(
          row.aiming(
              (terminal ? "≥ 0.8 of it, " : "") + "SHA-256 " + (intact ? "equal" : "differs"),
              fast && intact));
    }
    return rows;
  }

  private long total() {
    return (long) effort.copies() * effort.patternMib() * MIB;
  }

  private String script(boolean terminal) {
    return (terminal ? "stty raw -echo && " : "")
        + "cd ${TMPDIR:-/tmp} && until [ -e pattern ]; do sleep 0.01; done; exec cat"
        + " pattern".repeat(effort.copies());
  }

  /** Where output goes besides being counted. */
  private interface Sink {
    void take(byte[] buffer, int length);

    private static Sink of(MessageDigest digest) {
      return (buffer, length) -> digest.update(buffer, 0, length);
    }
  }

  private interface Source {
    int read(byte[] buffer) throws IOException;
  }

  private double attached(boolean terminal, Sink sink) throws IOException {
    JsonNode dyno = node.create(script(terminal), true, terminal);
    try (AttachStream stream = node.attach(dyno, true)) {
      Files.createLink(node.temporary(dyno, "pattern"), pattern);
      InputStream in = stream.output();
      double rate = rate(in::read, sink);
      stream.endInput();
      if (in.read() >= 0) {
        throw new IOException("The dyno printed more than it has.");
      }
      return rate;
    }
  }

  private double bare(boolean terminal) throws IOException {
    RunningProcess process = bare.start(script(terminal), terminal);
    Files.createLink(bare.temporary(process, "pattern"), pattern);
    try {
      return rate(process::read, (_, _) -> {});
    } finally {
      bare.finish(process);
    }
  }

  /** MiB per second from the first byte to the last. */
  private double rate(Source source, Sink sink) throws IOException {
    byte[] buffer = new byte[READ];
    int n = source.read(buffer);
    long begin = System.nanoTime();
    long count = 0;
    while (n >= 0) {
      sink.take(buffer, n);
      count += n;
      if (count >= total()) {
        break;
      }
      n = source.read(buffer);
    }
    if (count != total()) {
      throw new IOException(count + " bytes arrived instead of " + total());
    }
    return (double) count / MIB / ((System.nanoTime() - begin) / 1e9);
  }

  private boolean intact(boolean terminal) throws IOException {
    try {
      MessageDigest expected = MessageDigest.getInstance("SHA-256");
      byte[] once = Files.readAllBytes(pattern);
      for (int i = 0; i < effort.copies(); i++) {
        expected.update(once);
      }
      MessageDigest arrived = MessageDigest.getInstance("SHA-256");
      attached(terminal, Sink.of(arrived));
      return MessageDigest.isEqual(expected.digest(), arrived.digest());
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
