package dev.dynode.actor.host;

import dev.dynode.domain.dyno.DynoSpec;
import dev.dynode.domain.logs.LogLine;
import dev.dynode.port.LogStore;
import dev.dynode.port.ProcessRuntime.RunningProcess;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.Phaser;
import org.slf4j.LoggerFactory;

/** Copies a detached dyno's output, line by line, into the app's log. */
record OutputLines(HostSurroundings surroundings, DynoSpec spec, RunningProcess process) {
  /** Most detached dynos are silent most of the time: what they wait with is what they cost. */
  private static final int FIRST_BUFFER = 512;

  private static final int LARGEST_BUFFER = 16 * 1024;

  /** Returns once all of the output is in the log, or this life of the node is over. */
  void copy() {
    var unkept = new Phaser(1);
    var line = new ByteArrayOutputStream();
    byte[] buffer = new byte[FIRST_BUFFER];
    try {
      for (int n = process.read(buffer); n >= 0; n = process.read(buffer)) {
        long at = process.position() - n;
        int from = 0;
        for (int i = 0; i < n; i++) {
          if (buffer[i] == '\n') {
            line.write(buffer, from, i - from);
            from = i + 1;
            append(line, at + from, unkept);
          }
        }
        line.write(buffer, from, n - from);
        if (line.size() >= surroundings.lineBytes()) {
          append(line, process.position(), unkept);
        }
        if (n == buffer.length && n < LARGEST_BUFFER) {
          buffer = new byte[Math.min(LARGEST_BUFFER, 4 * n)];
        }
      }
      if (line.size() > 0) {
        append(line, process.position(), unkept);
      }
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

  private void append(ByteArrayOutputStream line, long end, Phaser unkept) {
    unkept.register();
    String text = line.toString(StandardCharsets.UTF_8);
    line.reset();
    surroundings
        .logs()
        .append(
            spec.app(),
            new LogLine(
                surroundings.clock().instant().truncatedTo(ChronoUnit.MICROS),
                "app",
                spec.name().toString(),
                text.endsWith("\r") ? text.substring(0, text.length() - 1) : text),
            new LogStore.Origin(process.dyno(), process.generation(), end),
            () -> {
              process.release(end);
              unkept.arriveAndDeregister();
            });
  }
}
