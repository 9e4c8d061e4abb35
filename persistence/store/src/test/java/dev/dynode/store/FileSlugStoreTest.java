package dev.dynode.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.typesafe.config.ConfigFactory;
import dev.dynode.domain.id.SlugId;
import dev.dynode.port.SlugStore.Rejected;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.UUID;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("process")
class FileSlugStoreTest {
  private final Path folder;
  private final Path slugs;
  private final FileSlugStore store;
  private final SlugId slug = new SlugId(UUID.randomUUID());

  FileSlugStoreTest(@TempDir Path folder) throws IOException {
    this.folder = folder;
    this.slugs = folder.resolve("slugs");
    this.store = new FileSlugStore(slugs, SlugSettings.of(ConfigFactory.load()));
  }

  /** A tar archive, entry by entry. */
  private static final class Tar {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final TarArchiveOutputStream out;

    Tar() throws IOException {
      out = new TarArchiveOutputStream(new GZIPOutputStream(bytes), "UTF-8");
      out.setLongFileMode(TarArchiveOutputStream.LONGFILE_GNU);
    }

    Tar file(String name, String content) throws IOException {
      byte[] data = content.getBytes(StandardCharsets.UTF_8);
      var entry = new TarArchiveEntry(name, true);
      entry.setSize(data.length);
      out.putArchiveEntry(entry);
      out.write(data);
      out.closeArchiveEntry();
      return this;
    }

    Tar special(String name, byte type, String target) throws IOException {
      var entry = new TarArchiveEntry(name, type, true);
      entry.setLinkName(target);
      out.putArchiveEntry(entry);
      out.closeArchiveEntry();
      return this;
    }

    Tar symlink(String name, String target) throws IOException {
      return special(name, TarConstants.LF_SYMLINK, target);
    }

    byte[] packed() throws IOException {
      out.close();
      return bytes.toByteArray();
    }
  }

  private Rejected rejected(byte[] archive, String... words) throws IOException {
    var rejected =
        assertThrows(
            Rejected.class, () -> store.put(slug, new ByteArrayInputStream(archive), null));
    for (String word : words) {
      assertTrue(String.valueOf(rejected.getMessage()).contains(word), rejected::toString);
    }
    assertNothingLeft();
    return rejected;
  }

  private void assertNothingLeft() throws IOException {
    assertFalse(store.has(slug));
    try (var left = Files.list(slugs.resolve(".incoming"))) {
      assertEquals(0, left.count());
    }
    try (var left = Files.list(slugs)) {
      assertEquals(1, left.count());
    }
  }

  private byte[] systemTar(String... arguments) throws IOException, InterruptedException {
    var command = new ArrayList<String>();
    command.add("tar");
    command.addAll(Arrays.asList(arguments));
    Process tar =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    byte[] packed = tar.getInputStream().readAllBytes();
    assertEquals(0, tar.waitFor());
    return packed;
  }

  @ParameterizedTest
  @CsvSource({
    "gnu, ./app",
    "gnu, app",
    "pax, ./app",
    "ustar, ./app",
    "gnu, '-C app .'",
    "pax, '-C app .'"
  })
  void unpacksWhatTarPacks(String format, String what) throws Exception {
    Path app = Files.createDirectories(folder.resolve("app/bin/" + "deep/".repeat(12)));
    Path tool = Files.writeString(folder.resolve("app/bin/tool"), "#!/bin/sh\n");
    Files.setPosixFilePermissions(tool, PosixFilePermissions.fromString("rwxr-x---"));
    assertEquals(0, new ProcessBuilder("chmod", "u+s", tool.toString()).start().waitFor());
    Files.setLastModifiedTime(tool, FileTime.fromMillis(1_500_000_000_000L));
    Files.writeString(app.resolve("x".repeat(90)), "long name");
    Files.writeString(folder.resolve("app/großes ✓"), "unicode");
    Files.writeString(folder.resolve("app/Procfile"), "web: bin/tool\n");
    Files.createSymbolicLink(folder.resolve("app/bin/link"), Path.of("../Procfile"));
    Files.createLink(folder.resolve("app/hard"), tool);
    Files.createDirectory(folder.resolve("app/tmp"));
    var arguments = new ArrayList<>(List.of("-cz", "--format", format));
    arguments.addAll(Arrays.asList(what.split(" ", -1)));
    byte[] packed = systemTar(arguments.toArray(String[]::new));

    var stored = store.put(slug, new ByteArrayInputStream(packed), "");

    Path tree = store.tree(slug);
    assertEquals(packed.length, stored.bytes());
    assertArrayEquals(packed, Files.readAllBytes(store.archive(slug)));
    assertEquals("#!/bin/sh\n", Files.readString(tree.resolve("bin/tool")));
    assertEquals(
        "rwxr-x---",
        PosixFilePermissions.toString(Files.getPosixFilePermissions(tree.resolve("bin/tool"))));
    assertEquals(0, (int) Files.getAttribute(tree.resolve("bin/tool"), "unix:mode") & 07000);
    assertEquals(
        1_500_000_000_000L, Files.getLastModifiedTime(tree.resolve("bin/tool")).toMillis());
    assertEquals("web: bin/tool\n", Files.readString(tree.resolve("bin/link")));
    assertTrue(Files.isSymbolicLink(tree.resolve("bin/link")));
    assertTrue(Files.isSameFile(tree.resolve("hard"), tree.resolve("bin/tool")));
    assertTrue(Files.isDirectory(tree.resolve("tmp")));
    assertEquals("unicode", Files.readString(tree.resolve("großes ✓")));
    assertEquals(
        "long name", Files.readString(tree.resolve("bin/" + "deep/".repeat(12) + "x".repeat(90))));
  }

  @Test
  void stripsAppOnlyWhereEverythingIsInIt() throws Exception {
    byte[] packed = new Tar().file("app/a", "1").file("b", "2").packed();
    store.put(slug, new ByteArrayInputStream(packed), null);
    assertEquals("1", Files.readString(store.tree(slug).resolve("app/a")));
    assertEquals("2", Files.readString(store.tree(slug).resolve("b")));
  }

  @Test
  void verifiesTheChecksumInAnyCase() throws Exception {
    byte[] packed = new Tar().file("a", "1").packed();
    String hex = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(packed));
    for (String given : new String[] {"SHA256:" + hex, "sha256:" + hex.toUpperCase(Locale.ROOT)}) {
      var stored = store.put(slug, new ByteArrayInputStream(packed), given);
      assertEquals("SHA256:" + hex, stored.checksum());
    }
    store.remove(slug);
    for (String wrong : new String[] {"SHA256:" + "0".repeat(64), hex, "SHA256:12", "md5:1"}) {
      assertThrows(Rejected.class, () -> store.put(slug, new ByteArrayInputStream(packed), wrong));
      assertNothingLeft();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"../evil", "a/../../evil", "/tmp/dynode-evil", "./app/../../evil", "a/.."})
  void refusesNamesThatLeadOut(String name) throws Exception {
    rejected(new Tar().file("ok", "1").file(name, "evil").packed(), name);
    rejected(new Tar().file("ok", "1").special(name, TarConstants.LF_LINK, "ok").packed(), name);
  }

  /** A dyno may make such links itself, and Python's virtual environments have them. */
  @ParameterizedTest
  @ValueSource(strings = {"/usr/bin/python3", "..", "../x", "/app/x", "b"})
  void linksAreKeptAsTheyAreWhereverTheyLead(String target) throws Exception {
    byte[] packed = new Tar().file("app/a", "1").symlink("app/link", target).packed();
    store.put(slug, new ByteArrayInputStream(packed), null);
    assertEquals(Path.of(target), Files.readSymbolicLink(store.tree(slug).resolve("link")));
  }

  @Test
  void neverWritesThroughALink() throws Exception {
    Path outside = Files.createDirectory(folder.resolve("outside"));
    rejected(new Tar().symlink("x", outside.toString()).file("x/evil", "1").packed());
    rejected(new Tar().symlink("x", ".").file("x/inner", "1").packed(), "folder");
    rejected(new Tar().special("h", TarConstants.LF_LINK, outside + "/f").packed(), "absolute");
    rejected(new Tar().special("h", TarConstants.LF_LINK, "../outside/f").packed(), "'..'");
    rejected(new Tar().special("h", TarConstants.LF_LINK, "missing").packed(), "hard link");
    try (var files = Files.list(outside)) {
      assertEquals(0, files.count());
    }
  }

  @Test
  void aLaterEntryReplacesAnEarlierOfTheSameName() throws Exception {
    byte[] packed =
        new Tar()
            .file("a", "1")
            .special("hard", TarConstants.LF_LINK, "a")
            .file("a", "2")
            .symlink("l", "/etc/passwd")
            .file("l", "3")
            .packed();
    store.put(slug, new ByteArrayInputStream(packed), null);
    Path tree = store.tree(slug);
    assertEquals("2", Files.readString(tree.resolve("a")));
    assertEquals("1", Files.readString(tree.resolve("hard")));
    assertFalse(Files.isSymbolicLink(tree.resolve("l")));
  }

  @ParameterizedTest
  @ValueSource(bytes = {TarConstants.LF_CHR, TarConstants.LF_BLK, TarConstants.LF_FIFO})
  void refusesDevicesAndPipes(byte type) throws Exception {
    rejected(new Tar().special("node", type, "").packed(), "'node'");
  }

  @Test
  void refusesWhatIsNoWholeArchive() throws Exception {
    byte[] packed = new Tar().file("a", "1".repeat(5000)).packed();
    for (int length : new int[] {0, 5, packed.length / 2, packed.length - 9, packed.length - 1}) {
      rejected(Arrays.copyOf(packed, length), "tar -czf");
    }
    byte[] flipped = packed.clone();
    flipped[packed.length - 6] ^= 1; // in the checksum at the end
    rejected(flipped, "tar -czf");
    rejected("not an archive at all".repeat(100).getBytes(StandardCharsets.UTF_8));
    rejected(gzip(new byte[10_240]), "no files");
  }

  private static byte[] gzip(byte[]... parts) throws IOException {
    var bytes = new ByteArrayOutputStream();
    try (var zip = new GZIPOutputStream(bytes)) {
      for (byte[] part : parts) {
        zip.write(part);
      }
    }
    return bytes.toByteArray();
  }

  @Test
  void holdsTheLimits() throws Exception {
    var tight = new FileSlugStore(folder.resolve("tight"), new SlugSettings(20_000, 1 << 20, 10));
    var bomb = new Tar().file("zeros", "\0".repeat((1 << 20) + 1)).packed();
    var many = new Tar();
    for (int i = 0; i < 11; i++) {
      many.file("f" + i, "");
    }
    byte[] deep = new Tar().file("d/".repeat(10) + "f", "").packed();
    byte[] noise = new byte[30_000];
    new Random(1).nextBytes(noise);
    for (byte[] archive : new byte[][] {bomb, many.packed(), deep, noise}) {
      var refused =
          assertThrows(
              Rejected.class, () -> tight.put(slug, new ByteArrayInputStream(archive), null));
      assertTrue(String.valueOf(refused.getMessage()).contains(".slugignore"), refused::toString);
      assertFalse(tight.has(slug));
    }
    tight.put(slug, new ByteArrayInputStream(new Tar().file("d/f", "1").packed()), null);
  }

  @Test
  void aBombInANameOrInThePaddingTakesNoMemory() throws Exception {
    var header = new TarArchiveEntry("././@LongLink", TarConstants.LF_GNUTYPE_LONGNAME);
    header.setSize(4L << 30);
    byte[] block = new byte[512];
    header.writeEntryHeader(block);
    var bytes = new ByteArrayOutputStream();
    try (var zip = new GZIPOutputStream(bytes)) {
      zip.write(block);
      byte[] letters = new byte[1 << 20];
      Arrays.fill(letters, (byte) 'a');
      for (int i = 0; i < 64; i++) {
        zip.write(letters);
      }
    }
    rejected(bytes.toByteArray(), "names");
    var ok = new TarArchiveEntry("empty", true);
    ok.writeEntryHeader(block);
    rejected(gzip(block, new byte[4 << 20]), "padding");
  }

  @Test
  void aFailedUploadLeavesTheSlugAsItWas() throws Exception {
    byte[] first = new Tar().file("a", "1").packed();
    store.put(slug, new ByteArrayInputStream(first), null);
    InputStream lost = InputStream.nullInputStream();
    lost.close(); // so that reading it fails
    InputStream broken = new SequenceInputStream(new ByteArrayInputStream(first), lost);
    assertThrows(IOException.class, () -> store.put(slug, broken, null));
    assertThrows(
        Rejected.class, () -> store.put(slug, new ByteArrayInputStream(new byte[9]), null));
    assertEquals("1", Files.readString(store.tree(slug).resolve("a")));
    store.put(slug, new ByteArrayInputStream(new Tar().file("b", "2").packed()), null);
    assertFalse(Files.exists(store.tree(slug).resolve("a")));
    assertEquals("2", Files.readString(store.tree(slug).resolve("b")));
    store.remove(slug);
    store.remove(slug);
    assertNothingLeft();
    assertThrows(FileNotFoundException.class, () -> store.tree(slug));
  }

  @Test
  void openingCleansWhatACrashLeft() throws Exception {
    store.put(slug, new ByteArrayInputStream(new Tar().file("a", "1").packed()), null);
    Path half = Files.createDirectories(slugs.resolve(".incoming/x/slug/tree"));
    Files.createSymbolicLink(half.resolve("away"), folder);
    Files.move(slugs.resolve(slug.toString()), slugs.resolve(".incoming/replaced-" + slug));
    var again = new FileSlugStore(slugs, SlugSettings.of(ConfigFactory.load()));
    assertEquals("1", Files.readString(again.tree(slug).resolve("a")));
    try (var left = Files.list(slugs.resolve(".incoming"))) {
      assertEquals(0, left.count());
    }
    assertTrue(Files.isDirectory(folder));
  }

  /** A node must start all the same. */
  @Test
  void whatOfACrashCannotBeRemovedIsLeft() throws Exception {
    Path half = Files.createDirectories(slugs.resolve(".incoming/x/slug"));
    Files.createFile(half.resolve("f"));
    boolean root = Files.getAttribute(half, "unix:uid").equals(0);
    List<String> lock = root ? List.of("chattr", "+i") : List.of("chmod", "500");
    List<String> open = root ? List.of("chattr", "-i") : List.of("chmod", "700");
    change(lock, half);
    try {
      new FileSlugStore(slugs, SlugSettings.of(ConfigFactory.load()));
      assertTrue(Files.exists(half.resolve("f")));
    } finally {
      change(open, half);
    }
    new FileSlugStore(slugs, SlugSettings.of(ConfigFactory.load()));
    assertFalse(Files.exists(half));
  }

  private static void change(List<String> how, Path path) throws Exception {
    var words = new ArrayList<>(how);
    words.add(path.toString());
    assertEquals(0, new ProcessBuilder(words).inheritIO().start().waitFor());
  }
}
