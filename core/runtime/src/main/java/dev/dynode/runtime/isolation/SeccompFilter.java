package dev.dynode.runtime.isolation;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * The system calls a dyno never needs, denied by a classic BPF program in the form {@code bwrap
 * --seccomp FD} reads. Everything else is allowed; calls of another architecture kill the process.
 * {@code clone3} answers ENOSYS, since its flags lie in memory a filter cannot read and C libraries
 * then fall back to {@code clone}. {@code ptrace} stays: it reaches only the own pid namespace.
 */
enum SeccompFilter {
  X86_64(0xC000003E, 56, 272, 16),
  AARCH64(0xC00000B7, 220, 97, 29);

  private static final int[] DENIED_X86_64 = {
    103, 153, 155, 161, 163, 164, 165, 166, 167, 168, 169, 172, 173, 175, 176, 179, 227, 246, 248,
    249, 250, 298, 304, 308, 313, 320, 321, 323
  };
  private static final int[] DENIED_AARCH64 = {
    39, 40, 41, 51, 58, 60, 89, 104, 105, 106, 112, 116, 142, 170, 217, 218, 219, 224, 225, 241,
    265, 268, 273, 280, 282, 294
  };

  /** io_uring, open_tree … fspick, mount_setattr, quotactl_fd: one number on both machines. */
  private static final int[] COMMON = {425, 426, 427, 428, 429, 430, 431, 432, 433, 442, 443};

  private static final int NAMESPACES = 0x7E020000;
  private static final int CLONE_NEWTIME = 0x80;
  private static final int LOAD = 0x20;
  private static final int EQUAL = 0x15;
  private static final int AT_LEAST = 0x35;
  private static final int ANY_BIT = 0x45;
  private static final int RETURN = 0x06;
  private static final int ALLOW = 0x7FFF0000;
  private static final int KILL = 0x80000000;
  private static final int EPERM = 0x00050001;
  private static final int ENOSYS = 0x00050026;
  private static final int[] TERMINAL_INJECTIONS = {0x5412, 0x541C};

  private final int architecture;
  private final int clone;
  private final int unshare;
  private final int ioctl;

  SeccompFilter(int architecture, int clone, int unshare, int ioctl) {
    this.architecture = architecture;
    this.clone = clone;
    this.unshare = unshare;
    this.ioctl = ioctl;
  }

  /** The filter of this machine; null where none is known for its processor. */
  static @Nullable SeccompFilter ofThisMachine() {
    return switch (System.getProperty("os.arch")) {
      case "amd64", "x86_64" -> X86_64;
      case "aarch64" -> AARCH64;
      default -> null;
    };
  }

  /** The program: {@code struct sock_filter} after another, little endian. */
  byte[] program() {
    ByteBuffer out = ByteBuffer.allocate(4096).order(ByteOrder.LITTLE_ENDIAN);
    put(out, LOAD, 0, 0, 4);
    put(out, EQUAL, 1, 0, architecture);
    put(out, RETURN, 0, 0, KILL);
    put(out, LOAD, 0, 0, 0);
    if (this == X86_64) {
      put(out, AT_LEAST, 0, 1, 0x40000000);
      put(out, RETURN, 0, 0, KILL);
    }
    answer(out, 435, ENOSYS);
    for (int call : this == X86_64 ? DENIED_X86_64 : DENIED_AARCH64) {
      answer(out, call, EPERM);
    }
    for (int call : COMMON) {
      answer(out, call, EPERM);
    }
    flags(out, clone, NAMESPACES);
    flags(out, unshare, NAMESPACES | CLONE_NEWTIME);
    put(out, EQUAL, 0, 5, ioctl);
    put(out, LOAD, 0, 0, 24);
    put(out, EQUAL, 1, 0, TERMINAL_INJECTIONS[0]);
    put(out, EQUAL, 0, 1, TERMINAL_INJECTIONS[1]);
    put(out, RETURN, 0, 0, EPERM);
    put(out, RETURN, 0, 0, ALLOW);
    put(out, RETURN, 0, 0, ALLOW);
    byte[] program = new byte[out.flip().remaining()];
    out.get(program);
    return program;
  }

  private static void answer(ByteBuffer out, int call, int answer) {
    put(out, EQUAL, 0, 1, call);
    put(out, RETURN, 0, 0, answer);
  }

  private static void flags(ByteBuffer out, int call, int mask) {
    put(out, EQUAL, 0, 4, call);
    put(out, LOAD, 0, 0, 16);
    put(out, ANY_BIT, 0, 1, mask);
    put(out, RETURN, 0, 0, EPERM);
    put(out, RETURN, 0, 0, ALLOW);
  }

  private static void put(ByteBuffer out, int code, int yes, int no, int value) {
    out.putShort((short) code).put((byte) yes).put((byte) no).putInt(value);
  }
}
