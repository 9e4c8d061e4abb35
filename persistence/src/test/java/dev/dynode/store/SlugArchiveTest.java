package dev.dynode.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.typesafe.config.ConfigFactory;
import dev.dynode.domain.id.SlugId;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SlugArchiveTest {
  private final Path temporary;
  private final Path app;

  SlugArchiveTest(@TempDir Path temporary) throws IOException {
    this.temporary = temporary;
    this.app = Files.createDirectory(temporary.resolve("code"));
  }

  private void file(String name) throws IOException {
    Path path = app.resolve(name);
    Files.createDirectories(path.resolve("..").normalize());
    Files.writeString(path, name);
  }

  private byte[] pack(SlugArchive.Times times, Path... excluded) throws IOException {
    var out = new ByteArrayOutputStream();
    SlugArchive.pack(app, Set.of(excluded), times, out);
    return out.toByteArray();
  }

  private List<String> names(byte[] packed) throws IOException, InterruptedException {
    Path file = Files.write(temporary.resolve("packed.tgz"), packed);
    Process tar = new ProcessBuilder("tar", "-tzf", file.toString()).start();
    try (var lines = tar.inputReader()) {
      List<String> names = lines.lines().toList();
      assertEquals(0, tar.waitFor());
      return names;
    }
  }

  @Test
  void packsSortedBelowApp() throws Exception {
    file("b/z");
    file("b/a");
    file("a");
    Files.createSymbolicLink(app.resolve("c"), Path.of("b/a"));
    Files.createDirectory(app.resolve("empty"));
    assertEquals(
        List.of(
            "./app/", "./app/a", "./app/b/", "./app/b/a", "./app/b/z", "./app/c", "./app/empty/"),
        names(pack(SlugArchive.Times.KEPT)));
  }

  @Test
  void whatIsPackedUnpacksTheSame() throws Exception {
    String longName = "n".repeat(200) + "/" + "ü".repeat(100);
    file(longName);
    file("bin/run");
    Files.setPosixFilePermissions(
        app.resolve("bin/run"), PosixFilePermissions.fromString("rwxr-x--x"));
    Files.setLastModifiedTime(app.resolve("bin/run"), FileTime.fromMillis(1_400_000_000_000L));
    Files.createSymbolicLink(app.resolve("link"), Path.of(longName));
    var store =
        new FileSlugStore(temporary.resolve("slugs"), SlugSettings.of(ConfigFactory.load()));
    var slug = new SlugId(UUID.randomUUID());
    store.put(slug, new ByteArrayInputStream(pack(SlugArchive.Times.KEPT)), null);
    Path tree = store.tree(slug);
    assertEquals(longName, Files.readString(tree.resolve(longName)));
    assertEquals(longName, Files.readString(tree.resolve("link")));
    assertTrue(Files.isSymbolicLink(tree.resolve("link")));
    assertEquals(
        "rwxr-x--x",
        PosixFilePermissions.toString(Files.getPosixFilePermissions(tree.resolve("bin/run"))));
    assertEquals(1_400_000_000_000L, Files.getLastModifiedTime(tree.resolve("bin/run")).toMillis());
  }

  @Test
  void withFixedTimesTheSameFilesGiveTheSameBytes() throws Exception {
    file("x/y");
    byte[] first = pack(SlugArchive.Times.FIXED);
    Files.setLastModifiedTime(app.resolve("x/y"), FileTime.fromMillis(1_000_000_000_000L));
    assertArrayEquals(first, pack(SlugArchive.Times.FIXED));
    byte[] kept = pack(SlugArchive.Times.KEPT);
    assertArrayEquals(kept, pack(SlugArchive.Times.KEPT));
    assertFalse(Arrays.equals(first, kept));
  }

  @Test
  void leavesOutGitExcludedAndIgnored() throws Exception {
    for (String name :
        List.of(
            ".git/HEAD",
            "lib/.git",
            "data/journal",
            "a.psd",
            "art/b.psd",
            "log/x",
            "src/log/x",
            "test/t",
            "src/test/t",
            "docs/a/b.md",
            "docs/c.txt",
            "kept",
            "f1.o",
            "f2.o",
            "fa.o")) {
      file(name);
    }
    Files.writeString(
        app.resolve(".slugignore"), "# comment\n\n*.psd\r\nlog/\n/test\ndocs/**/*.md\nf[!2-9].o\n");
    assertEquals(
        List.of(
            "./app/",
            "./app/.slugignore",
            "./app/art/",
            "./app/docs/",
            "./app/docs/a/",
            "./app/docs/c.txt",
            "./app/f2.o",
            "./app/kept",
            "./app/lib/",
            "./app/src/",
            "./app/src/test/",
            "./app/src/test/t"),
        names(pack(SlugArchive.Times.KEPT, app.resolve("../code/data"))));
  }

  @Test
  void refusesNegationNamingTheLine() throws Exception {
    Files.writeString(app.resolve(".slugignore"), "*.o\n!keep.o\n");
    var refused = assertThrows(IOException.class, () -> pack(SlugArchive.Times.KEPT));
    assertTrue(String.valueOf(refused.getMessage()).contains("line 2"), refused::toString);
  }

  @Test
  void leavesOutSocketsAndPipes() throws Exception {
    file("a");
    assertEquals(0, new ProcessBuilder("mkfifo", app.resolve("pipe").toString()).start().waitFor());
    try (var socket = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      socket.bind(UnixDomainSocketAddress.of(app.resolve("s")));
      assertEquals(List.of("./app/", "./app/a"), names(pack(SlugArchive.Times.KEPT)));
    }
  }

  @Test
  void namesTheFileItCannotRead() throws Exception {
    file("secret");
    Files.setPosixFilePermissions(
        app.resolve("secret"), PosixFilePermissions.fromString("---------"));
    Assumptions.assumeFalse(
        Files.isReadable(app.resolve("secret")), "the superuser can read everything");
    var refused = assertThrows(IOException.class, () -> pack(SlugArchive.Times.KEPT));
    assertTrue(String.valueOf(refused.getMessage()).contains("secret"), refused::toString);
  }
}
