package dev.dynode.keeper;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dynode.keeper.CgroupMounts.Hierarchy;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Which hierarchies a process has, by the kernel's own texts. */
@Tag("unit")
class CgroupMountsTest {
  @Test
  void versionTwoOnly() {
    CgroupMounts mounts =
        CgroupMounts.parse(
            """
            24 30 0:22 / /proc rw,nosuid shared:14 - proc proc rw
            35 25 0:30 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate
            """,
            "0::/system.slice/dynode.service/node\n");
    assertEquals(
        List.of(
            new Hierarchy(
                2,
                Path.of("/sys/fs/cgroup"),
                Path.of("/sys/fs/cgroup/system.slice/dynode.service/node"),
                Set.of())),
        mounts.hierarchies());
    assertTrue(mounts.first("memory").isEmpty());
  }

  @Test
  void versionOneOnlyWithControllersTogetherInAContainerAndABlankInAPath() {
    CgroupMounts mounts =
        CgroupMounts.parse(
            """
            33 32 0:28 / /sys/fs/cgroup/systemd rw shared:10 - cgroup cgroup rw,xattr,name=systemd
            38 32 0:33 /docker/abc /sys/fs/cgroup/cpu,cpuacct rw shared:16 - cgroup cgroup rw,cpu,cpuacct
            40 32 0:35 /docker/abc /mnt/a\\040b/memory rw - cgroup cgroup rw,memory
            """,
            """
            9:cpu,cpuacct:/docker/abc/inner
            4:memory:/docker/abc
            1:name=systemd:/docker/abc
            """);
    assertEquals(2, mounts.hierarchies().size());
    assertEquals(
        Path.of("/sys/fs/cgroup/cpu,cpuacct/inner"), mounts.first("cpu").orElseThrow().own());
    assertEquals(Path.of("/mnt/a b/memory"), mounts.first("memory").orElseThrow().own());
    assertTrue(mounts.first("pids").isEmpty());
    assertTrue(mounts.second().isEmpty());
  }

  @Test
  void mixed() {
    CgroupMounts mounts =
        CgroupMounts.parse(
            """
            35 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory
            41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw
            """,
            "4:memory:/a/b\n0::/\n");
    assertEquals(Path.of("/sys/fs/cgroup/memory/a/b"), mounts.first("memory").orElseThrow().own());
    assertEquals(Path.of("/sys/fs/cgroup/unified"), mounts.second().orElseThrow().own());
  }

  @Test
  void aGroupOutsideWhatIsMountedIsNoPlace() {
    String mountinfo = "35 25 0:30 /docker/abc /sys/fs/cgroup rw - cgroup2 cgroup rw\n";
    assertTrue(CgroupMounts.parse(mountinfo, "0::/../other\n").hierarchies().isEmpty());
    assertTrue(CgroupMounts.parse(mountinfo, "0::/docker/abcd\n").hierarchies().isEmpty());
    assertTrue(CgroupMounts.parse("", "").hierarchies().isEmpty());
  }
}
