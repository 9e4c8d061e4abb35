package dev.dynode.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dynode.domain.id.AppId;
import dev.dynode.domain.logs.LogLine;
import dev.dynode.port.LogStore.LogFilter;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Tag("process")
class LogsAfterKillTest {

  /** The child: appends for ever, and says each number once its append has returned. */
  static final class Writer {
    private Writer() {}

    public static void main(String[] arguments) {
      var store = new FileLogStore(Path.of(arguments[0]), FileLogStoreTest.settings());
      var app = AppId.of(arguments[1]);
      var out = new PrintStream(System.out, true);
      for (int i = 0; ; i++) {
        store.append(app, new LogLine(Instant.now(), "app", "run.1", Integer.toString(i)));
        out.println(i);
      }
    }
  }

  @Test
  @Timeout(600)
  void everyLineWhoseAppendReturnedOutlivesKill9(@TempDir Path folder) throws Exception {
    var app = new AppId(UUID.randomUUID());
    Process child =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Writer.class.getName(),
                folder.toString(),
                app.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    int acknowledged = -1;
    try (var out = child.inputReader()) {
      for (String said = out.readLine(); said != null; said = out.readLine()) {
        if (said.isEmpty() || !said.equals(Integer.toString(acknowledged + 1))) {
          break; // the last one, cut by the kill
        }
        acknowledged++;
        if (acknowledged == 4000) {
          child
              .toHandle()
              .destroyForcibly(); // Process.destroyForcibly would close our end of the pipe
        }
      }
    } finally {
      child.destroyForcibly().waitFor();
    }
    assertTrue(acknowledged >= 4000, "the child ended early, at " + acknowledged);
    try (var store = new FileLogStore(folder, FileLogStoreTest.settings())) {
      List<LogLine> kept = store.last(app, Integer.MAX_VALUE, LogFilter.ALL);
      int last = Integer.parseInt(kept.getLast().text());
      assertTrue(last >= acknowledged, "lost from " + last + " to " + acknowledged);
      assertTrue(kept.size() >= 1500);
      for (int i = 0; i < kept.size(); i++) {
        assertEquals(Integer.toString(last - kept.size() + 1 + i), kept.get(i).text());
      }
    }
  }
}
