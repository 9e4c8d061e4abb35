package dev.dynode.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.typesafe.config.ConfigFactory;
import dev.dynode.domain.id.SlugId;
import dev.dynode.port.SlugStore;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("process")
class SlugArchiveTest {
  private final Path temporary;
  private final Path app;
  private List<String> notes = List.of();

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
    notes = SlugArchive.pack(app, Set.of(excluded), times, out);
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
  void tellsOfSocketsAndPipesByName() throws Exception {
    file("a");
    assertEquals(0, new ProcessBuilder("mkfifo", app.resolve("pipe").toString()).start().waitFor());
    try (var socket = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      socket.bind(UnixDomainSocketAddress.of(app.resolve("s")));
      assertEquals(List.of("./app/", "./app/a"), names(pack(SlugArchive.Times.KEPT)));
      assertEquals(List.of("Not deployed: pipe is a pipe.", "Not deployed: s is a socket."), notes);
    }
    Files.writeString(app.resolve(".slugignore"), "pipe\ns\n");
    pack(SlugArchive.Times.KEPT);
    assertEquals(List.of(), notes, "what is not wanted is no news");
  }

  private void shell(String script) throws Exception {
    var shell = new ProcessBuilder("bash", "-c", "set -e; " + script);
    assertEquals(0, shell.directory(app.toFile()).start().waitFor());
  }

  /** The tests run in a locale of UTF-8, as bin/dynode has it. */
  @Test
  void refusesANameThatIsNoUtf8AndShowsIt() throws Exception {
    shell("mkdir d; touch $'d/caf\\xe9 1'");
    refused("d/caf\\xe9 1 has a name that is no UTF-8. Rename it, or list it");
    shell("echo 'd/caf*' >.slugignore");
    assertEquals(
        List.of("./app/", "./app/.slugignore", "./app/d/"), names(pack(SlugArchive.Times.KEPT)));
    shell("ln -s $'gone/\\xff' link");
    refused("link is a link to a name that is no UTF-8");
  }

  private void refused(String why) {
    var refused = assertThrows(IOException.class, () -> pack(SlugArchive.Times.KEPT));
    assertTrue(String.valueOf(refused.getMessage()).startsWith(why), refused::toString);
  }

  @Test
  void tellsOfSetuidBitsAndKeepsTheRest() throws Exception {
    shell("touch plain tool; chmod 755 plain; chmod 4755 tool; mkdir -m 2755 shared");
    pack(SlugArchive.Times.KEPT);
    assertEquals(List.of("Not deployed: the setuid or setgid bit of tool."), notes);
  }

  @Test
  void tellsOfAFileThatGrowsWhileItIsPacked() throws Exception {
    file("a");
    Path log = app.resolve("log");
    Files.writeString(log, "x".repeat(1000));
    var growing =
        new OutputStream() {
          @Override
          public void write(int b) {}

          @Override
          public void write(byte[] bytes, int offset, int length) throws IOException {
            Files.writeString(log, "more", StandardOpenOption.APPEND);
          }
        };
    // More than the compression holds back, so that there is a write while the file is open.
    var random = new java.util.Random(1);
    byte[] noise = new byte[1 << 20];
    random.nextBytes(noise);
    Files.write(app.resolve("log"), noise);
    var told = SlugArchive.pack(app, Set.of(), SlugArchive.Times.KEPT, growing);
    assertEquals(
        List.of("log changed while it was packed: deployed is what was read of it."), told);
  }

  @Test
  void linksOfAllKindsAndOddNamesArriveAsTheyAre() throws Exception {
    shell(
        "echo x >one; ln one two; ln -s /etc/hostname absolute; ln -s nowhere dangling;"
            + " ln -s loop loop; ln -s ../../out outside; touch -- -rf $'new\\nline' ' blank ';"
            + " mkdir -m 700 empty; touch $(printf 'n%.0s' {1..255}); truncate -s 3M sparse");
    var store =
        new FileSlugStore(temporary.resolve("slugs"), SlugSettings.of(ConfigFactory.load()));
    var slug = new SlugId(UUID.randomUUID());
    store.put(slug, new ByteArrayInputStream(pack(SlugArchive.Times.KEPT)), null);
    assertEquals(List.of(), notes);
    assertEquals(listed(app), listed(store.tree(slug)));
  }

  private static String listed(Path folder) throws Exception {
    Process find =
        new ProcessBuilder("find", "-mindepth", "1", "-printf", "%P %y %s %l\\0")
            .directory(folder.toFile())
            .start();
    String[] all = new String(find.getInputStream().readAllBytes(), UTF_8).split("\0", -1);
    return Arrays.stream(all)
        .map(line -> line.replaceFirst(" d [0-9]+", " d"))
        .sorted()
        .collect(Collectors.joining("\n"));
  }

  @Test
  void theStoreRefusesAnArchiveWhoseNamesAreNoUtf8() throws Exception {
    String deep = "d".repeat(90) + "/" + "e".repeat(90);
    for (String format : List.of("gnu", "ustar", "pax")) {
      for (String bad : List.of("touch $'app/caf\\xe9'", "ln -s $'caf\\xe9' app/link")) {
        shell("rm -rf app; mkdir app; " + bad);
        assertTrue(stored(format).contains("no UTF-8"), format + ": " + bad);
      }
      shell(
          "rm -rf app; mkdir -p 'app/why?/"
              + deep
              + "'; touch app/é 'app/a?' 'app/why?/"
              + deep
              + "/é?'; ln -s 'a?' app/link");
      assertEquals("stored", stored(format), format);
    }
  }

  private String stored(String format) throws Exception {
    shell("tar --format=" + format + " -czf ../odd.tgz ./app");
    var store =
        new FileSlugStore(temporary.resolve("slugs"), SlugSettings.of(ConfigFactory.load()));
    try (var odd = Files.newInputStream(temporary.resolve("odd.tgz"))) {
      store.put(new SlugId(UUID.randomUUID()), odd, null);
      return "stored";
    } catch (SlugStore.Rejected e) {
      return String.valueOf(e.getMessage());
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
