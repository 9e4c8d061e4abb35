package dev.dynode.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigParseOptions;
import dev.dynode.cli.client.Json;
import dev.dynode.cli.client.Trust;
import dev.dynode.cli.failure.CommandFailed;
import dev.dynode.cli.failure.Reason;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What people read of failures: most of them real ones. */
@Tag("cli")
class ReasonTest {
  @TempDir private Path folder = Path.of("");

  private static Throwable failure(Callable<?> task) {
    try {
      Object unexpected = task.call();
      throw new AssertionError("did not fail: " + unexpected);
    } catch (Exception e) {
      return e;
    }
  }

  private static void said(String expected, Throwable e) {
    assertEquals(expected, Reason.of(e), () -> "for " + e);
    assertFalse(CommandLineTest.JAVA.matcher(Reason.of(e)).find(), Reason.of(e));
  }

  @Test
  void filesAreNamedWithWhatIsTheMatter() throws Exception {
    Path file = Files.writeString(folder.resolve("file"), "x");
    Path none = folder.resolve("none");
    said("there is no " + none, failure(() -> Files.readString(none)));
    said("there is no " + none, failure(() -> new FileInputStream(none.toFile())));
    said(file + " is there already, and is a file", failure(() -> Files.createDirectory(file)));
    said(folder + " is there already", failure(() -> Files.createDirectory(folder)));
    said(
        "a part of the path " + file.resolve("x") + " is a file, not a folder",
        failure(() -> Files.readString(file.resolve("x"))));
    said(file + " is a file, not a folder", failure(() -> list(file)));
    said(folder + " is a folder, not a file", failure(() -> new FileOutputStream(folder.toFile())));
    Path full = Files.createDirectory(folder.resolve("full"));
    Files.writeString(full.resolve("x"), "");
    said("the folder " + full + " is not empty", failure(() -> delete(full)));
    Path longest = folder.resolve("n".repeat(300));
    said("the name " + longest + " is too long", failure(() -> Files.createFile(longest)));
    Path loop = folder.resolve("loop");
    Files.createSymbolicLink(loop, loop);
    said(loop + " is a link that leads to itself", failure(() -> Files.readString(loop)));
    said(
        "there is no " + none,
        failure(() -> Files.move(none, full, StandardCopyOption.ATOMIC_MOVE)));
    Path latin = Files.write(folder.resolve("latin"), new byte[] {(byte) 0xe9});
    said("it is not text in UTF-8", failure(() -> Files.readString(latin)));
    said("\"a\0b\" cannot be a path", failure(() -> Path.of("a\0b")));
    // These need another user or another disk.
    said("no permission for /x", new AccessDeniedException("/x"));
    said("no permission for /x", new FileSystemException("/x", null, "Operation not permitted"));
    said(
        "no space is left on the disk of /x",
        new FileSystemException("/x", null, "No space left on device"));
    said(
        "/x is on a file system that cannot be written",
        new FileSystemException("/x", null, "Read-only file system"));
    said(
        "/x cannot be used (Exec format error)",
        new FileSystemException("/x", null, "Exec format error"));
    said("/x cannot be used", new FileSystemException("/x"));
    said("no space is left on the disk", new IOException("No space left on device"));
  }

  private static Object list(Path path) throws IOException {
    try (Stream<Path> all = Files.list(path)) {
      return all.toList();
    }
  }

  private static Object delete(Path path) throws IOException {
    Files.delete(path);
    return path;
  }

  @Test
  void whatIsWrongAtTheOtherEnd() throws Exception {
    int closed;
    try (var port = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      closed = port.getLocalPort();
      said(
          "the port is in use, or the address is not this machine's",
          failure(() -> new ServerSocket(closed, 1, InetAddress.getLoopbackAddress())));
      var socket = new Socket(InetAddress.getLoopbackAddress(), closed);
      socket.setSoTimeout(1);
      said("no answer came in time", failure(() -> socket.getInputStream().read()));
      Socket accepted = port.accept();
      accepted.getOutputStream().write("HTTP/1.1 400 Bad\r\n\r\n".getBytes(UTF_8));
      said("what answers there does not speak TLS", failure(() -> handshake(socket)));
      accepted.setSoLinger(true, 0);
      accepted.close();
    }
    said(
        "nobody answers there",
        failure(() -> new Socket(InetAddress.getLoopbackAddress(), closed)));
    said(
        "the name no.such.invalid is not known to name servers",
        new UnknownHostException("no.such.invalid: Name or service not known"));
    said(
        "the name no.such.invalid is not known to name servers",
        failure(() -> InetAddress.getAllByName("no.such.invalid")));
    said("\"ht tp://x\" is not an address", failure(() -> new URI("ht tp://x")));
    try (TestNode node = new TestNode(folder)) {
      said(
          "the certificate there is of an authority that is not trusted; NODE_EXTRA_CA_CERTS names the file of the right one",
          failure(
              () ->
                  handshake(new Socket(InetAddress.getLoopbackAddress(), node.rendezvousPort()))));
      Path pem = Files.writeString(folder.resolve("pem"), "-----BEGIN CERTIFICATE-----\nx");
      CommandFailed noCertificate = (CommandFailed) failure(() -> Trust.context(pem));
      assertTrue(Reason.of(noCertificate).contains(pem.toString()));
      assertFalse(CommandLineTest.JAVA.matcher(Reason.of(noCertificate)).find());
    }
  }

  private static Object handshake(Socket plain) throws Exception {
    plain.setSoTimeout(0);
    SSLSocket tls =
        (SSLSocket)
            SSLContext.getDefault().getSocketFactory().createSocket(plain, "127.0.0.1", 0, true);
    tls.startHandshake();
    return tls;
  }

  @Test
  void settingsAreToldByFileLineAndKey() throws Exception {
    Path file = Files.writeString(folder.resolve("my.conf"), "a {\n  b = soon\n}\nc = [1]\n");
    var config =
        ConfigFactory.parseFile(file.toFile(), ConfigParseOptions.defaults().setAllowMissing(false))
            .resolve();
    String line = " (" + file + ", line %d)";
    said(
        "a.b must be a number, not a text" + line.formatted(2),
        failure(() -> config.getInt("a.b")));
    said("c must be a block, not a list" + line.formatted(4), failure(() -> config.getConfig("c")));
    said(
        "Invalid value at 'a.b': No number in duration value 'soon'" + line.formatted(2),
        failure(() -> config.getDuration("a.b")));
    Path none = folder.resolve("none.conf");
    said(
        "there is no " + none,
        failure(
            () ->
                ConfigFactory.parseFile(
                    none.toFile(), ConfigParseOptions.defaults().setAllowMissing(false))));
    Files.writeString(file, "a {\n");
    String open = Reason.of(failure(() -> ConfigFactory.parseFile(file.toFile())));
    assertTrue(open.endsWith(line.formatted(2)), open);
    assertFalse(CommandLineTest.JAVA.matcher(open).find(), open);
    String text = Reason.of(failure(() -> ConfigFactory.parseString("a = [").resolve()));
    assertFalse(text.contains("String"), text);
    said("it is not JSON, line 2, column 3", failure(() -> Json.read("{\n  x".getBytes(UTF_8))));
  }

  @Test
  void wrappersAndMistakesOfOurOwnSayNoClass() {
    var cause = new AccessDeniedException("/x");
    said("no permission for /x", new UncheckedIOException(cause));
    said("no permission for /x", new ExecutionException(cause));
    said("no permission for /x", new CompletionException(new UncheckedIOException(cause)));
    said("no permission for /x", new RuntimeException(cause));
    said("no permission for /x", new IOException(cause.getMessage(), cause));
    said(
        "Cannot read a (no permission for /x). Make it readable.",
        new IOException("Cannot read a (" + cause + "). Make it readable.", cause));
    said(
        "it did not come about in time; this machine may be too busy",
        failure(() -> new CompletableFuture<>().get(1, TimeUnit.MILLISECONDS)));
    String bug = Reason.of(failure(() -> Objects.requireNonNull(null)));
    assertTrue(bug.contains("DYNODE_LOG=DEBUG"), bug);
    for (Throwable mistake :
        List.of(
            failure(() -> List.of().getFirst()),
            failure(() -> (Integer) (Object) "x"),
            failure(() -> Optional.empty().orElseThrow()),
            failure(() -> List.of(1).get(3)),
            new IllegalStateException(),
            new RuntimeException(""),
            new IllegalStateException("com.example.some.Thing$Inner"))) {
      said(bug, mistake);
    }
    said("the size is 3, not 4", new IllegalStateException("the size is Optional[3], not 4"));
  }
}
