package dev.dynode.libc;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;

/** Mounts of this process's own mount namespace, which end with it. */
public final class Mounts {
  private static final long MS_NOSUID = 2;
  private static final long MS_NODEV = 4;
  private static final long MS_BIND = 4096;
  private static final int CLONE_NEWNS = 0x20000;

  private static final MethodHandle MOUNT =
      Libc.errno(
          "mount",
          ValueLayout.JAVA_INT,
          ValueLayout.ADDRESS,
          ValueLayout.ADDRESS,
          ValueLayout.ADDRESS,
          ValueLayout.JAVA_LONG,
          ValueLayout.ADDRESS);
  private static final MethodHandle UNSHARE =
      Libc.errno("unshare", ValueLayout.JAVA_INT, ValueLayout.JAVA_INT);
  private static final MethodHandle SETNS =
      Libc.errno("setns", ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT);

  /** Where they are on every system, and in a box. */
  public static final Path TERMINALS = Path.of("/dev/pts");

  private Mounts() {}

  /** An empty file system in memory, for mount points. */
  public static void memory(Path target) throws IOException {
    mount("tmpfs", target, "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755");
  }

  /**
   * Terminals of this namespace's own, in the place of the others.
   *
   * @param user whose they are; -1: who makes one
   */
  public static void terminals(int user) throws IOException {
    String owner = user < 0 ? "" : ",uid=%d,gid=%d".formatted(user, user);
    mount("devpts", TERMINALS, "devpts", MS_NOSUID, "newinstance,ptmxmode=0666,mode=0620" + owner);
  }

  /** Shows a folder at another place. */
  public static void bind(Path source, Path target) throws IOException {
    mount(source.toString(), target, "none", MS_BIND, "");
  }

  /**
   * A writable view of {@code lower}: what is written goes to {@code upper}. Nothing of it has to
   * outlive the machine, so nothing is synchronised.
   *
   * @param privileged whether this process is root on the machine
   */
  public static void overlay(Path lower, Path upper, Path work, Path target, boolean privileged)
      throws IOException {
    mount(
        "overlay",
        target,
        "overlay",
        MS_NOSUID | MS_NODEV,
        "lowerdir="
            + escaped(lower)
            + ",upperdir="
            + escaped(upper)
            + ",workdir="
            + escaped(work)
            + ",volatile"
            + (privileged ? "" : ",userxattr"));
  }

  /** This thread's mount namespace. */
  public static int namespace() throws IOException {
    return Libc.open("/proc/thread-self/ns/mnt");
  }

  /** Gives this thread a mount namespace of its own, in which everything is as before. */
  public static void leave() throws IOException {
    Libc.checked("unshare", s -> UNSHARE.invoke(s, CLONE_NEWNS));
  }

  /** Puts this thread into a mount namespace, at its root. */
  public static void enter(int namespace) throws IOException {
    Libc.checked("setns", s -> SETNS.invoke(s, namespace, CLONE_NEWNS));
  }

  private static void mount(String source, Path target, String type, long flags, String options)
      throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment from = arena.allocateFrom(source);
      MemorySegment to = arena.allocateFrom(target.toString());
      MemorySegment kind = arena.allocateFrom(type);
      MemorySegment with = arena.allocateFrom(options);
      Libc.checked("mount of " + type, s -> MOUNT.invoke(s, from, to, kind, flags, with));
    }
  }

  /** Overlay separates options by commas and folders by colons. */
  private static String escaped(Path path) {
    return path.toString().replace("\\", "\\\\").replace(",", "\\,").replace(":", "\\:");
  }
}
