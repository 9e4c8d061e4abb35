package dev.dynode.engine.actor;

import dev.dynode.domain.dyno.DynoSpec;
import dev.dynode.domain.logs.LineCutter;
import dev.dynode.domain.logs.LogLine;
import dev.dynode.port.LogStore;
import dev.dynode.port.ProcessRuntime.RunningProcess;
import java.io.IOException;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.Phaser;
import org.slf4j.LoggerFactory;

/**
 * Copies a detached dyno's output, line by line, into the app's log. What the program has printed
 * of a line that is not complete stays with its keeper until it is.
 */
record OutputLines(HostSurroundings surroundings, DynoSpec spec, RunningProcess process) {
  /** Most detached dynos are silent most of the time: what they wait with is what they cost. */
  private static final int FIRST_BUFFER = 512;

  private static final int LARGEST_BUFFER = 16 * 1024;

  /** Returns once all of the output is in the log, or this life of the node is over. */
  void copy() {
    var unkept = new Phaser(1);
    var cutter =
        new LineCutter(
            surroundings.lineBytes(), process.position(), (text, end) -> append(text, end, unkept));
    byte[] buffer = new byte[FIRST_BUFFER];
    try {
      for (int n = process.read(buffer); n >= 0; n = process.read(buffer)) {
        cutter.add(buffer, n);
        if (n == buffer.length && n < LARGEST_BUFFER) {
          buffer = new byte[Math.min(LARGEST_BUFFER, 4 * n)];
        }
      }
      cutter.end();
      unkept.arriveAndAwaitAdvance();
    } catch (IOException e) { // what is not stored is there for the node's next life
      LoggerFactory.getLogger(OutputLines.class).debug("output of {} ends here", spec.name(), e);
    }
  }

  /** The same for a process of an earlier life of the node: goes on where the log ends. */
  void copyOn() {
    process.readFrom(surroundings.logs().stored(spec.app(), process.dyno(), process.generation()));
    copy();
  }

  private void append(String text, long end, Phaser unkept) {
    unkept.register();
    surroundings
        .logs()
        .append(
            spec.app(),
            new LogLine(
                surroundings.clock().instant().truncatedTo(ChronoUnit.MICROS),
                "app",
                spec.name().toString(),
                text),
            new LogStore.Origin(process.dyno(), process.generation(), end),
            () -> {
              process.release(end);
              unkept.arriveAndDeregister();
            });
  }
}
