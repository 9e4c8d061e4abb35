package dev.dynode.runtime;

import static dev.dynode.runtime.Launches.eventually;
import static dev.dynode.runtime.Launches.launch;
import static dev.dynode.runtime.Launches.output;
import static dev.dynode.runtime.Launches.status;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.dynode.domain.dyno.DynoSize;
import dev.dynode.domain.dyno.Usage;
import dev.dynode.domain.id.DynoId;
import dev.dynode.keeper.CgroupMounts;
import dev.dynode.port.ProcessRuntime.RunningProcess;
import dev.dynode.port.ProcessRuntime.Signal;
import dev.dynode.runtime.files.Removal;
import dev.dynode.runtime.isolation.SandboxSettings.Choice;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What holds dynos that take too much, and what they are seen to take. */
@Timeout(600)
@Tag("process")
class UsageReaderTest {
  private static final int MEBIBYTE = 1 << 20;

  /** 48 MiB and 20 processes. */
  private static final DynoSize TINY =
      new DynoSize("Tiny", DynoSize.Family.STANDARD, 48, 1, false, 20, 1);

  @TempDir private Path data;
  private @Nullable LocalRuntime runtime;

  private RunningProcess start(Choice isolation, boolean groups, String script) throws IOException {
    var settings =
        Map.of(
            "dynode.runtime.cgroups.enabled", groups ? "on" : "off",
            "dynode.runtime.limits.disk", "8 MiB",
            "dynode.runtime.limits.disk-every", "1 ms");
    LocalRuntime next = new LocalRuntime(data, Launches.settings(isolation, settings));
    runtime = next;
    assumeTrue(
        !groups || next.limitsByGroups(), "this machine lets this user make no control groups");
    return next.start(launch(script, TINY));
  }

  @AfterEach
  void close() throws IOException {
    LocalRuntime last = runtime;
    if (last != null) {
      last.close();
      Removal.remove(data.resolve("dynos")); // JUnit does not reach the depth of some
      Launches.clean(data);
      UUID node =
          UUID.nameUUIDFromBytes(data.toString().getBytes(java.nio.charset.StandardCharsets.UTF_8));
      for (var hierarchy : CgroupMounts.read(Path.of("/proc/self")).hierarchies()) {
        Path left = hierarchy.own().resolve("dynode-" + node);
        assertTrue(Files.notExists(left), left + " is left");
      }
    }
  }

  private static Usage usage(RunningProcess process) throws IOException {
    return process.usage().orElseThrow();
  }

  @ParameterizedTest
  @EnumSource(names = {"SANDBOX", "PLAIN"})
  void memoryIsMeasuredAndItsHardLimitKills(Choice isolation) throws Exception {
    RunningProcess process =
        start(
            isolation,
            true,
            "head -c 40M /dev/zero | tail | sleep 1000 & read -t 1 < <(sleep 2);"
                + " head -c 300M /dev/zero | tail >/dev/null; echo ${PIPESTATUS[1]}; sleep 1000");
    long held = 40L * MEBIBYTE;
    eventually(
        "40 MiB are held",
        () -> usage(process).residentBytes() >= held && usage(process).oomKills() == 0);
    eventually("the kernel kills", () -> usage(process).oomKills() > 0);
    process.signal(Signal.KILL);
    assertEquals(137, status(process));
    assertTrue(usage(process).oomKills() > 0, "known after the end");
  }

  @ParameterizedTest
  @EnumSource(names = {"SANDBOX", "PLAIN"})
  void aForkBombIsHeldAndEnds(Choice isolation) throws Exception {
    RunningProcess process =
        start(isolation, true, "trap '' TERM HUP; perl -e 'fork while 1' & sleep 1000");
    eventually("it meets the limit", () -> usage(process).processLimitHits() > 0);
    process.signal(Signal.KILL);
    assertEquals(137, status(process));
  }

  /** As for an ordinary user, whom nobody gave control groups. */
  @Test
  void withoutGroupsABoxIsHeldAllTheSame() throws Exception {
    RunningProcess process =
        start(
            Choice.SANDBOX,
            false,
            "perl -e 'while (@p < 100 && defined(my $p = fork)) { $p or exec \"sleep 1000\"; push @p, $p }"
                + " kill 9, @p; print @p < 20 ? \"held\n\" : \"not\n\"';"
                + " head -c 300M /dev/zero | tail > /dev/null; echo ${PIPESTATUS[1]}");
    String printed = output(process);
    assertTrue(printed.startsWith("held\n"), printed);
    assertTrue(printed.contains("tail: memory exhausted"), printed);
    assertEquals(0, usage(process).oomKills());
  }

  @ParameterizedTest
  @EnumSource(names = {"SANDBOX", "PLAIN"})
  void whatIsWrittenIsMeasuredAndNoFileIsLonger(Choice isolation) throws Exception {
    RunningProcess process =
        start(
            isolation,
            false,
            "(for i in $(seq 30); do mkdir $(printf %0200d 0); cd -P $(printf %0200d 0); done 2>/dev/null;"
                + " head -c 3M /dev/zero > a); head -c 3M /dev/zero > ${TMPDIR:-/tmp}/b;"
                + " head -c 20M /dev/zero > c; echo $?; sleep 1000");
    eventually(
        "the longest file has its length", () -> usage(process).diskBytes() >= 14L * MEBIBYTE);
    Usage usage = usage(process);
    assertTrue(usage.diskBytes() < 15L * MEBIBYTE, usage.toString());
    assertEquals(8L * MEBIBYTE, usage.diskQuotaBytes());
    process.signal(Signal.KILL);
    status(process);
  }

  @ParameterizedTest
  @EnumSource(names = {"SANDBOX", "PLAIN"})
  void withoutGroupsMemoryIsTheSumOfTheProcesses(Choice isolation) throws Exception {
    RunningProcess process = start(isolation, false, "head -c 40M /dev/zero | tail | sleep 1000");
    eventually("40 MiB are held", () -> usage(process).residentBytes() >= 40L * MEBIBYTE);
    assertTrue(usage(process).residentBytes() < 80L * MEBIBYTE, usage(process).toString());
    process.signal(Signal.KILL);
    status(process);
  }

  @Test
  void aRestartedNodeMeasuresOn() throws Exception {
    RunningProcess process =
        start(Choice.SANDBOX, true, "head -c 40M /dev/zero | tail | sleep 1000");
    DynoId dyno = process.dyno();
    eventually("40 MiB are held", () -> usage(process).residentBytes() >= 40L * MEBIBYTE);
    LocalRuntime first = runtime;
    if (first != null) {
      first.leave();
    }
    LocalRuntime next = new LocalRuntime(data, Launches.settings(Choice.SANDBOX));
    runtime = next;
    RunningProcess adopted = next.recover().adopted().getFirst();
    assertEquals(dyno, adopted.dyno());
    assertTrue(usage(adopted).residentBytes() >= 40L * MEBIBYTE);
  }
}
