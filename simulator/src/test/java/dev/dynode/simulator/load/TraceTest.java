package dev.dynode.simulator.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Small files in the formats of the published traces. */
class TraceTest {
  @TempDir private Path folder = Path.of("");

  private List<Request> read(Format format, String text) throws Exception {
    Path file = Files.writeString(folder.resolve("trace"), text);
    var trace = new Trace(format, file, "job", Optional.empty(), 1, 2);
    Requests requests = trace.from(Instant.EPOCH, ZoneOffset.UTC, new Dice(1), Duration.ofHours(1));
    List<Request> all = new ArrayList<>();
    for (Request next = requests.next(); next != null; next = requests.next()) {
      all.add(next);
    }
    return all;
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
    assertEquals(12288L << 20, all.get(1).behaviour().memory());
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
    assertEquals(
        folder.resolve("trace") + ", line 1: it has 2 fields, not 18.",
        assertThrows(TraceInvalid.class, () -> read(Format.SWF, "1 2\n")).getMessage());
  }
}
