package dev.dynode.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dynode.domain.id.DynoId;
import dev.dynode.runtime.cgroup.Cgroup;
import dev.dynode.runtime.cgroup.CgroupSettings;
import dev.dynode.runtime.cgroup.Cgroups;
import dev.dynode.runtime.cgroup.Limits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is written and read in trees this machine may not have, as folders with the same files. */
@Tag("process")
class CgroupTreeTest {
  private static final CgroupSettings SETTINGS =
      new CgroupSettings(true, 200, Duration.ofSeconds(5));
  private static final DynoId DYNO = new DynoId(new UUID(7, 7));
  private static final Limits LIMITS = new Limits(512L << 20, 256, 2, 1, 1);

  @TempDir private Path folder;

  private Path proc(String mountinfo, String cgroup) throws IOException {
    Path proc = Files.createDirectory(folder.resolve("proc"));
    Files.writeString(proc.resolve("mountinfo"), mountinfo);
    Files.writeString(proc.resolve("cgroup"), cgroup);
    return proc;
  }

  private Path second(String group, String controllers) throws IOException {
    Path own = Files.createDirectories(folder.resolve("tree").resolve(group));
    Files.writeString(own.resolve("cgroup.controllers"), controllers + "\n");
    Files.writeString(own.resolve("cgroup.subtree_control"), "");
    return own;
  }

  private String mount(int version, String options) {
    return "35 25 0:30 / %s rw - %s none rw%s\n"
        .formatted(folder.resolve("tree"), version == 1 ? "cgroup" : "cgroup2", options);
  }

  @Test
  void versionTwo() throws Exception {
    Path own = second("user.slice/dynode.service", "cpuset cpu io memory pids");
    Path proc = proc(mount(2, ",nsdelegate"), "0::/user.slice/dynode.service\n");
    var groups = Cgroups.open(SETTINGS, "n1", proc);
    assertTrue(groups.missing().isEmpty(), groups.missing()::toString);
    Path node = own.resolve("dynode-n1");
    assertEquals("+memory +pids +cpu", Files.readString(own.resolve("cgroup.subtree_control")));
    assertEquals("+memory +pids +cpu", Files.readString(node.resolve("cgroup.subtree_control")));
    Cgroup group = groups.take(new Cgroup.Launched(DYNO, 3), LIMITS);
    Path files = node.resolve(DYNO + ".3");
    assertEquals("1073741824", Files.readString(files.resolve("memory.max")));
    assertEquals("256", Files.readString(files.resolve("pids.max")));
    assertEquals("200", Files.readString(files.resolve("cpu.weight")));
    Files.writeString(files.resolve("memory.stat"), "anon 5000\nfile 900\nkernel 70\nshmem 200\n");
    Files.writeString(files.resolve("memory.swap.current"), "30\n");
    Files.writeString(files.resolve("memory.events"), "low 0\nhigh 0\nmax 9\noom 2\noom_kill 1\n");
    Files.writeString(files.resolve("pids.events"), "max 4\n");
    assertEquals(new Cgroup.Memory(5200, 30, 700), group.memory());
    assertEquals(5230, group.memoryBytes());
    assertEquals(1, group.oomKills());
    assertEquals(4, group.processLimitHits());
  }

  @Test
  void versionOne() throws Exception {
    Path own = Files.createDirectories(folder.resolve("tree/docker"));
    Path proc = proc(mount(1, ",memory,pids,cpu"), "3:memory,pids,cpu:/docker\n1:name=systemd:/\n");
    var groups = Cgroups.open(SETTINGS, "n1", proc);
    assertTrue(groups.missing().isEmpty(), groups.missing()::toString);
    Cgroup group = groups.take(new Cgroup.Launched(DYNO, 1), LIMITS);
    Path files = own.resolve("dynode-n1").resolve(DYNO + ".1");
    assertEquals("1073741824", Files.readString(files.resolve("memory.limit_in_bytes")));
    assertEquals("2048", Files.readString(files.resolve("cpu.shares")));
    Files.writeString(
        files.resolve("memory.stat"),
        "cache 1\nrss 1\ntotal_cache 900\ntotal_rss 5000\ntotal_shmem 200\ntotal_swap 30\n");
    Files.writeString(
        files.resolve("memory.oom_control"), "oom_kill_disable 0\nunder_oom 0\noom_kill 2\n");
    assertEquals(new Cgroup.Memory(5200, 30, 700), group.memory());
    assertEquals(2, group.oomKills());
  }

  @Test
  void whatIsNotGivenIsSaid() throws Exception {
    second("box", "cpuset cpu pids");
    var groups = Cgroups.open(SETTINGS, "n1", proc(mount(2, ""), "0::/box\n"));
    assertTrue(groups.limitsProcesses());
    assertFalse(groups.limitsMemory());
    assertTrue(
        groups.missing().orElseThrow().startsWith("no cgroup limits memory (the controller"),
        groups.missing()::toString);
  }

  @Test
  void noHierarchy() throws Exception {
    var groups = Cgroups.open(SETTINGS, "n1", proc("", ""));
    assertFalse(groups.usable());
    assertEquals(
        "no cgroup may be written (no cgroup hierarchy is mounted):"
            + " memory and process limits are rlimits only",
        groups.missing().orElseThrow());
  }
}
