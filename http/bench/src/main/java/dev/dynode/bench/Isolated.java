package dev.dynode.bench;

import dev.dynode.bench.table.Row;
import dev.dynode.bench.table.Row.Figure;
import dev.dynode.bench.table.Row.Unit;
import dev.dynode.bench.table.Samples;
import dev.dynode.port.ProcessRuntime.RunningProcess;
import dev.dynode.port.ProcessRuntime.Signal;
import dev.dynode.runtime.RawProcess;
import java.io.IOException;
import java.util.List;

/** What keeper and runtime add to a dyno's box, without API and network. */
final class Isolated {
  private static final double MILLI = 1e6;
  private static final double MICRO = 1e3;
  private static final int MIB = 1024 * 1024;
  private static final int IN_FLIGHT = 8;
  private static final int TRANSFER_MIB = 256;
  private static final double START = 1.5;
  private static final double RATE = 0.8;
  private static final double OUTPUT = 0.9;
  private static final double KEY = 2;
  private static final String ECHO = "echo hi";
  private static final String RAW_CAT = "stty raw -echo && printf R && exec cat";
  private static final String MUCH =
      "stty raw -echo && exec head -c " + (long) TRANSFER_MIB * MIB + " /dev/zero";
  private static final String PLAIN = "a raw terminal, no box";

  private final BareRuntime ours;
  private final Effort effort;
  private final BareBox box;

  Isolated(BareRuntime ours, BareBox box, Effort effort) {
    this.ours = ours;
    this.box = box;
    this.effort = effort;
  }

  List<Row> measure() throws IOException {
    return List.of(start(), rate(), output(), key());
  }

  private Row start() throws IOException {
    var mine = new Samples();
    var bare = new Samples();
    for (int i = -effort.warmUp(); i < effort.rounds(); i++) {
      double first = boxed();
      double theirs = box.start();
      if (i >= 0) {
        mine.add(first);
        bare.add(theirs);
      }
    }
    Row row =
        Row.beside(
            "isolated start, order to first byte of `echo hi`",
            Figure.of(mine, Unit.MILLIS),
            box.name(),
            Figure.of(bare, Unit.MILLIS));
    return row.aiming("at most 1.5 times", row.ratio().orElseThrow() <= START);
  }

  /** Milliseconds to the first byte; returns after the end. */
  private double boxed() throws IOException {
    long begin = System.nanoTime();
    RunningProcess process = ours.start(ECHO, true);
    int read = process.read(new byte[1]);
    double millis = (System.nanoTime() - begin) / MILLI;
    ours.finish(process);
    return BareBox.checked(read, millis);
  }

  private Row rate() throws IOException {
    var mine = new Samples();
    var bare = new Samples();
    for (int i = 0; i < effort.transfers(); i++) {
      mine.add(Lifecycles.atOnce(IN_FLIGHT, effort.lifecycles(), this::boxed));
      bare.add(Lifecycles.atOnce(IN_FLIGHT, effort.lifecycles(), box::start));
    }
    Row row =
        Row.beside(
            "isolated starts until their end, 8 in flight",
            Figure.single(mine.median(), Unit.PER_SECOND),
            box.name(),
            Figure.single(bare.median(), Unit.PER_SECOND));
    return row.aiming("≥ 0.8 of it", row.ratio().orElseThrow() >= RATE);
  }

  private interface Source {
    int read(byte[] buffer) throws IOException;
  }

  private Row output() throws IOException {
    var mine = new Samples();
    var raw = new Samples();
    for (int i = 0; i < effort.transfers(); i++) {
      RunningProcess process = ours.start(MUCH, true);
      mine.add(mibPerSecond(process::read));
      ours.finish(process);
      try (var terminal = new RawProcess(List.of("/bin/bash", "-c", MUCH))) {
        raw.add(mibPerSecond(terminal::read));
      }
    }
    Row row =
        Row.beside(
            TRANSFER_MIB + " MiB of a boxed terminal's output to the node",
            Figure.single(mine.median(), Unit.MIB_PER_SECOND),
            PLAIN,
            Figure.single(raw.median(), Unit.MIB_PER_SECOND));
    return row.aiming("≥ 0.9 of it", row.ratio().orElseThrow() >= OUTPUT);
  }

  private static double mibPerSecond(Source source) throws IOException {
    byte[] buffer = new byte[64 * 1024];
    long count = source.read(buffer);
    long begin = System.nanoTime();
    while (count < (long) TRANSFER_MIB * MIB) {
      int n = source.read(buffer);
      if (n < 0) {
        throw new IOException(count + " bytes arrived, not " + TRANSFER_MIB + " MiB");
      }
      count += n;
    }
    return TRANSFER_MIB / ((System.nanoTime() - begin) / 1e9);
  }

  private Row key() throws IOException {
    var mine = new Samples();
    var raw = new Samples();
    RunningProcess process = ours.start(RAW_CAT, true);
    byte[] one = new byte[1];
    try (var terminal = new RawProcess(List.of("/bin/bash", "-c", RAW_CAT))) {
      process.read(one);
      terminal.read(one);
      for (int i = -effort.keystrokes(); i < effort.keystrokes(); i++) {
        long begin = System.nanoTime();
        process.write(new byte[] {'k'}, 0, 1);
        process.read(one);
        long between = System.nanoTime();
        terminal.write('k');
        terminal.read(one);
        long end = System.nanoTime();
        if (i >= 0) {
          mine.add((between - begin) / MICRO);
          raw.add((end - between) / MICRO);
        }
      }
    } finally {
      process.signal(Signal.KILL);
      ours.finish(process);
    }
    Row row =
        Row.beside(
            "keystroke and echo of a boxed terminal, without TLS",
            Figure.of(mine, Unit.MICROS),
            PLAIN,
            Figure.of(raw, Unit.MICROS));
    return row.aiming("at most 2 times", row.ratio().orElseThrow() <= KEY);
  }
}
