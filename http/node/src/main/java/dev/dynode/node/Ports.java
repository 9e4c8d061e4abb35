package dev.dynode.node;

import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** Ports of settings: one that cannot be had is told by its setting, and by who has it. */
final class Ports {
  private static final List<String> KNOWN =
      List.of("Address already in use", "Permission denied", "Cannot assign requested address");

  private static final Path PROC = Path.of("/proc");
  private static final String LISTENS = "0A";
  private static final int PORT_AT = 1;
  private static final int STATE_AT = 3;
  private static final int INODE_AT = 9;
  private static final int HEX = 16;

  private Ports() {}

  /**
   * Opens a port.
   *
   * @param setting as it is written behind {@code --}
   * @param host address it is bound at
   * @param open binds it; only where it seems to be free, for Pekko logs what it meets
   * @throws IOException in one sentence, where the port cannot be had
   */
  static <T> T open(String setting, String host, int port, Callable<T> open) throws Exception {
    try {
      try (var trial = new ServerSocket()) {
        trial.bind(new InetSocketAddress(host, port));
      }
      return open.call();
    } catch (Exception e) {
      @Nullable String why = bindFailure(e);
      if (why == null) {
        throw e;
      }
      String what = "%s %d cannot be opened: ".formatted(setting, port);
      throw new IOException(
          why.contains("in use")
              ? "%sit is in use%s. Stop that, or give another --%s."
                  .formatted(what, holder(port).map(who -> " by " + who).orElse(""), setting)
              : why.contains("ermission denied")
                  ? "%sports below 1024 need root or CAP_NET_BIND_SERVICE. Give another --%s."
                      .formatted(what, setting)
                  : "%s%s. Give another --%s, or see --public-host.".formatted(what, why, setting),
          e);
    }
  }

  private static @Nullable String bindFailure(Throwable e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      String text = String.valueOf(cause.getMessage());
      for (String known : KNOWN) {
        if (text.contains(known) && text.contains("ind")) { // as Pekko's remoting says it
          return known;
        }
      }
      if (cause instanceof BindException) {
        return text.replaceAll("^\\[.*] ", ""); // libraries put the address before it
      }
      if (text.contains(BindException.class.getName())) {
        return text.substring(text.lastIndexOf(']') + 1).strip();
      }
    }
    return null;
  }

  /** Process id and name of what listens there, as far as this user may know. */
  static Optional<String> holder(int port) {
    Set<String> sockets = new HashSet<>();
    try {
      for (String table : List.of("net/tcp", "net/tcp6")) {
        for (String line : Files.readAllLines(PROC.resolve(table))) {
          String[] words = line.strip().split("[\\s]+", -1);
          if (words.length > INODE_AT
              && words[STATE_AT].equals(LISTENS)
              && Integer.parseInt(words[PORT_AT].replaceAll(".*:", ""), HEX) == port) {
            sockets.add("socket:[" + words[INODE_AT] + "]");
          }
        }
      }
      try (DirectoryStream<Path> processes = Files.newDirectoryStream(PROC, "[0-9]*")) {
        for (Path process : processes) {
          if (holds(process, sockets)) {
            return Optional.of(
                "process %s (%s)"
                    .formatted(
                        process.getFileName(), Files.readString(process.resolve("comm")).strip()));
          }
        }
      }
    } catch (IOException | NumberFormatException unknown) {
      // then nobody is named
    }
    return Optional.empty();
  }

  private static boolean holds(Path process, Set<String> sockets) {
    try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(process.resolve("fd"))) {
      for (Path descriptor : descriptors) {
        if (sockets.contains(Files.readSymbolicLink(descriptor).toString())) {
          return true;
        }
      }
    } catch (IOException anotherUsersOrGone) {
      // not to be seen
    }
    return false;
  }
}
