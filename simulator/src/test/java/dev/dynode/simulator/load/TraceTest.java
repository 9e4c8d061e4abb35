package dev.dynode.simulator.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dynode.simulator.load.Trace.Format;
import dev.dynode.simulator.time.Dice;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Small files in the formats of the published traces. */
@Tag("unit")
class TraceTest {
  @TempDir private Path folder = Path.of("");

  private List<Request> read(Format format, String text) throws Exception {
    Path file = Files.writeString(folder.resolve("trace"), text);
    Trace trace = trace(format);
    assertEquals(file, trace.file());
    Requests requests = trace.from(Instant.EPOCH, ZoneOffset.UTC, new Dice(1), Duration.ofHours(1));
    List<Request> all = new ArrayList<>();
    for (Request next = requests.next(); next != null; next = requests.next()) {
      all.add(next);
    }
    return all;
  }

  private Trace trace(Format format) {
    return new Trace(format, folder.resolve("trace"), "job", Optional.empty(), 1, 2);
  }

  private static void isLike(Request request, double at, double runs) {
    assertEquals(at, request.at() / 1e9, 1e-6);
    assertEquals(runs, request.behaviour().runs() / 1e9, 1e-6);
  }

  @Test
  void theStandardWorkloadFormat() throws Exception {
    List<Request> all =
        read(
            Format.SWF,
            """
            ; Version: 2.2
            ; a comment
              1   100  5  60  4 -1 -1  4 600 -1 1 3 1 -1 1 -1 -1 -1
              2   110 -1  -1  4 -1 -1  4 600 -1 5 3 1 -1 1 -1 -1 -1
              3   140  0 7.5  4 -1 -1  4 600 -1 0 3 1 -1 1 -1 -1 -1
            """);
    assertEquals(2, all.size(), "a job that never ran is left out");
    isLike(all.get(0), 0, 60);
    isLike(all.get(1), 20, 7.5); // 40 s later, twice as fast
    assertEquals(0, all.get(0).behaviour().status());
    assertEquals(1, all.get(1).behaviour().status());
  }

  @Test
  void tasksOfSurf() throws Exception {
    List<Request> all =
        read(
            Format.SURF,
            """
            id,submission_time,duration,cpu_count,cpu_capacity,mem_capacity
            1,1656604920000,1000,16,33600.0,100000
            2,1656604922000,315000,16,33600.0,100000
            """);
    isLike(all.get(0), 0, 1);
    isLike(all.get(1), 1, 315);
  }

  @Test
  void podsOfOpenb() throws Exception {
    List<Request> all =
        read(
            Format.OPENB,
            """
            name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec,qos,pod_phase,creation_time,deletion_time,scheduled_time
            openb-pod-0000,12000,16384,1,1000,,LS,Running,0,12537496,6
            openb-pod-0001,6000,12288,1,460,,LS,Pending,10,500,
            openb-pod-0002,6000,12288,1,460,,LS,Failed,20,90,30
            """);
    assertEquals(2, all.size());
    isLike(all.get(0), 0, 12537490);
    isLike(all.get(1), 10, 60);
    assertEquals(0, all.get(1).behaviour().memory(), "what it asked for is not what it used");
    assertTrue(
        trace(Format.OPENB).summary().endsWith("is not what they used, and is left out."),
        trace(Format.OPENB).summary());
  }

  @Test
  void invocationsOfAzureFunctionsAreSortedByTheirStart() throws Exception {
    List<Request> all =
        read(
            Format.AZURE_FUNCTIONS,
            """
            app,func,end_timestamp,duration
            a,f,10.5,0.5
            b,g,11.0,8.0
            """);
    isLike(all.get(0), 0, 8);
    isLike(all.get(1), 3.5, .5);
  }

  @Test
  void whatIsWrongIsNamedWithItsLine() {
    assertEquals(
        folder.resolve("trace") + ", line 3: duration: \"x\" is no number.",
        assertThrows(
                TraceInvalid.class, () -> read(Format.SURF, "submission_time,duration\n1,2\n1,x\n"))
            .getMessage());
    refused(
        ", line 1: it has 2 fields; a job of the Standard Workload Format has 18.",
        Format.SWF,
        "1 2\n");
  }

  private void refused(String end, Format format, String text) {
    assertEquals(
        folder.resolve("trace") + end,
        assertThrows(TraceInvalid.class, () -> read(format, text)).getMessage());
  }

  private static String job(String submitted, String runs) {
    return "1 " + submitted + " 5 " + runs + " 4 -1 -1 4 600 -1 1 3 1 -1 1 -1 -1 -1\n";
  }

  @Test
  void numbersThatCannotBeMeantAreRefusedByTheirLine() {
    for (String number :
        new String[] {"NaN", "Infinity", "-Infinity", "1e4000", "0x10", "1f", "1d", "--1", "."}) {
      refused(
          ", line 2: submit time: \"" + number + "\" is no number.",
          Format.SWF,
          job("1", "1") + job(number, "1"));
    }
    refused(
        ", line 1: it was submitted at 1.0E300 s and ran 1.0 s, which cannot be meant.",
        Format.SWF,
        job("1e300", "1"));
    refused(
        ", line 2: it was submitted at 1.0 s and ran 1.0E10 s, which cannot be meant.",
        Format.SURF,
        "submission_time,duration\n1000,1e13\n");
    refused(
        ", line 3: creation_time: \"NaN\" is no number.",
        Format.OPENB,
        "creation_time,scheduled_time,deletion_time\n1,2,3\nNaN,2,3\n");
  }

  @Test
  void aTraceWithoutAJobIsRefused() throws Exception {
    for (String nothing : new String[] {"", "\n\n", "; Version: 2.2\n; nothing else\n"}) {
      refused(": there is no job in it that ran.", Format.SWF, nothing);
    }
    refused(": there is no job in it that ran.", Format.SWF, job("1", "-1"));
    refused(": there is no job in it that ran.", Format.SURF, "");
    refused(": there is no job in it that ran.", Format.SURF, "submission_time,duration\n");
    Path none = folder.resolve("none");
    assertEquals(
        "There is no trace " + none + ".",
        assertThrows(
                TraceInvalid.class,
                () -> new Trace(Format.SWF, none, "job", Optional.empty(), 1, 1).summary())
            .getMessage());
  }

  @Test
  void bytesThatAreNoTextAreRefusedByALine() throws Exception {
    long seed = Long.getLong("seed", System.nanoTime());
    var bytes = new byte[5_000];
    new Random(seed).nextBytes(bytes);
    Files.write(folder.resolve("trace"), bytes);
    for (Format format : Format.values()) {
      String why =
          String.valueOf(
              assertThrows(TraceInvalid.class, () -> trace(format).summary()).getMessage());
      assertTrue(
          why.startsWith(folder.resolve("trace") + ", line ")
              || why.equals(folder.resolve("trace") + ": there is no job in it that ran.")
              || why.startsWith(folder.resolve("trace") + ": it is no CSV: "),
          why + ", seed " + seed);
    }
  }

  /** Metacentrum's logs have 21 fields a job, FIT's 20. */
  @Test
  void fieldsBeyondTheFormatsAreLeftAlone() throws Exception {
    String longer = job("100", "60").strip();
    List<Request> all = read(Format.SWF, longer + " q1 17 x\n" + longer + " 2 2\n");
    assertEquals(2, all.size());
    isLike(all.get(0), 0, 60);
  }

  @Test
  void jobsOfSeveralProcessorsAreSaid() throws Exception {
    read(Format.SWF, job("1", "2") + job("2", "3").replaceFirst(" 4 -1", " 40 -1"));
    assertEquals(
        folder.resolve("trace")
            + ": 2 jobs that ran; 2 of them on several processors, up to 40, and each of these is"
            + " one dyno here.",
        trace(Format.SWF).summary());
  }
}
