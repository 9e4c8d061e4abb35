package dev.dynode.bench;

import dev.dynode.bench.table.Row;
import dev.dynode.bench.table.Row.Figure;
import dev.dynode.bench.table.Row.Unit;
import dev.dynode.bench.table.Samples;
import dev.dynode.cli.run.AttachStream;
import dev.dynode.port.ProcessRuntime.RunningProcess;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** One byte to a {@code cat} on a raw terminal, and back. */
final class Keystrokes {
  private static final double MICRO = 1e3;
  private static final long PAUSE_MILLIS = 5;
  private static final int BLOCK = 100;

  private static final double NO_SLOWER = 1.0;

  private static final char READY = 'R';
  private static final String RAW_CAT = "stty raw -echo && printf " + READY + " && exec cat";

  private final MeasuredNode node;
  private final BareRuntime bare;
  private final Peers peers;
  private final Effort effort;

  Keystrokes(MeasuredNode node, BareRuntime bare, Peers peers, Effort effort) {
    this.node = node;
    this.bare = bare;
    this.peers = peers;
    this.effort = effort;
  }

  /** Sends a byte and waits for it. */
  private interface Key {
    int type(int key) throws IOException;
  }

  /** One way to a terminal, and how long each key took, in microseconds. */
  private record Line(String name, Key key, Samples spaced, Samples dense) {
    static Line of(String name, Key key) throws IOException {
      return new Line(name, key, new Samples(), new Samples());
    }

    void type(Samples into) throws IOException {
      long begin = System.nanoTime();
      int echo = key.type('k');
      into.add((System.nanoTime() - begin) / MICRO);
      if (echo != 'k') {
        throw new IOException(name + " echoed " + echo + " instead of a k.");
      }
    }
  }

  List<Row> measure() throws IOException {
    RunningProcess cat = bare.start(RAW_CAT, true);
    Process ssh = null;
    try (AttachStream stream = node.attach(node.create(RAW_CAT, true, true), false)) {
      List<Line> lines = new ArrayList<>();
      lines.add(streams("a dyno", stream.input(), stream.output()));
      lines.add(Line.of("raw terminal, no network", key -> echo(cat, key)));
      while (read(cat) != READY) {
        // the shell may say something first
      }
      if (peers.sshd().isPresent()) {
        ssh =
            new ProcessBuilder(peers.sshd().get().command("-tt", "localhost", RAW_CAT))
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        lines.add(streams("`ssh -tt localhost`", ssh.getOutputStream(), ssh.getInputStream()));
      }
      type(lines);
      return rows(lines);
    } finally {
      cat.signal(dev.dynode.port.ProcessRuntime.Signal.KILL);
      cat.close();
      if (ssh != null) {
        ssh.destroy();
      }
    }
  }

  private static Line streams(String name, OutputStream in, InputStream out) throws IOException {
    int first = out.read();
    while (first >= 0 && first != READY) {
      first = out.read();
    }
    return Line.of(
        name,
        key -> {
          in.write(key);
          in.flush();
          return out.read();
        });
  }

  private static int echo(RunningProcess cat, int key) throws IOException {
    cat.write(new byte[] {(byte) key}, 0, 1);
    return read(cat);
  }

  private static int read(RunningProcess cat) throws IOException {
    byte[] one = new byte[1];
    return cat.read(one) < 0 ? -1 : one[0];
  }

  private void type(List<Line> lines) throws IOException {
    for (int i = 0; i < effort.keystrokes(); i++) {
      for (Line line : lines) {
        line.type(new Samples());
      }
    }
    for (int i = 0; i < effort.keystrokes(); i++) {
      for (Line line : lines) {
        pause();
        line.type(line.spaced);
      }
    }
    for (int i = 0; i < effort.keystrokes(); i += BLOCK) {
      for (Line line : lines) {
        for (int key = i; key < Math.min(i + BLOCK, effort.keystrokes()); key++) {
          line.type(line.dense);
        }
      }
    }
  }

  private static void pause() throws IOException {
    try {
      TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  private List<Row> rows(List<Line> lines) {
    List<Row> rows = new ArrayList<>();
    Line ours = lines.getFirst();
    for (Line line : lines.subList(1, lines.size())) {
      Row spaced = row("keystroke and echo, 5 ms apart", ours.spaced, line, line.spaced);
      Row dense = row("keystroke and echo, back to back", ours.dense, line, line.dense);
      if (line.name.contains("ssh")) {
        spaced = spaced.aiming("no slower than ssh", spaced.ratio().orElseThrow() <= NO_SLOWER);
        dense = dense.aiming("no slower than ssh", dense.ratio().orElseThrow() <= NO_SLOWER);
      }
      rows.add(spaced);
      rows.add(dense);
    }
    String why = peers.absent().get("ssh");
    if (why != null) {
      Figure figure = Figure.of(ours.spaced, Unit.MICROS);
      rows.add(Row.without("keystroke and echo, 5 ms apart", figure, "ssh", why));
    }
    return rows;
  }

  private static Row row(String what, Samples ours, Line line, Samples theirs) {
    return Row.beside(
        what, Figure.of(ours, Unit.MICROS), line.name, Figure.of(theirs, Unit.MICROS));
  }
}
