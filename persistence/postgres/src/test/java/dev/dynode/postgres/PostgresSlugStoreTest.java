package dev.dynode.postgres;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.typesafe.config.Config;
import dev.dynode.domain.id.SlugId;
import dev.dynode.port.SlugStore;
import dev.dynode.store.FileSlugStore;
import dev.dynode.store.SlugSettings;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("cluster")
class PostgresSlugStoreTest {
  private final Config config = Server.config();
  private final Postgres postgres = Server.migrated(config);
  private final SlugId slug = new SlugId(UUID.randomUUID());
  private final Path folder;

  PostgresSlugStoreTest(@TempDir Path folder) throws IOException {
    this.folder = folder;
  }

  @AfterEach
  void close() {
    postgres.close();
  }

  private PostgresSlugStore node(String name) throws IOException {
    return new PostgresSlugStore(
        postgres, new FileSlugStore(folder.resolve(name), SlugSettings.of(config)));
  }

  private static byte[] archive(byte[] content) throws IOException {
    var bytes = new ByteArrayOutputStream();
    try (var tar = new TarArchiveOutputStream(new GZIPOutputStream(bytes))) {
      var entry = new TarArchiveEntry("./app/data");
      entry.setSize(content.length);
      tar.putArchiveEntry(entry);
      tar.write(content);
      tar.closeArchiveEntry();
    }
    return bytes.toByteArray();
  }

  @Test
  void aSlugGivenToOneNodeIsOnAll() throws Exception {
    byte[] content = new byte[5_000_000]; // several pieces
    new Random(1).nextBytes(content);
    byte[] packed = archive(content);
    SlugStore.Stored stored = node("a").put(slug, new ByteArrayInputStream(packed), null);
    assertEquals(packed.length, stored.bytes());
    PostgresSlugStore other = node("b");
    assertTrue(other.has(slug));
    assertArrayEquals(content, Files.readAllBytes(other.tree(slug).resolve("data")));
    assertArrayEquals(packed, Files.readAllBytes(other.archive(slug)));
    other.remove(slug);
    assertFalse(node("c").has(slug));
    assertThrows(FileNotFoundException.class, () -> node("c").tree(slug));
  }

  @Test
  void copiesOfARemovedSlugGoWhereTheNextOneComes() throws Exception {
    PostgresSlugStore one = node("a");
    PostgresSlugStore other = node("b");
    one.put(slug, new ByteArrayInputStream(archive(new byte[1])), null);
    Path copy = other.tree(slug);
    one.remove(slug);
    assertTrue(Files.exists(copy));
    var next = new SlugId(UUID.randomUUID());
    one.put(next, new ByteArrayInputStream(archive(new byte[2])), null);
    assertTrue(Files.exists(other.tree(next)));
    assertFalse(Files.exists(copy));
  }

  @Test
  void aRefusedSlugIsNowhere() throws Exception {
    String other = "SHA256:" + "0".repeat(64);
    assertThrows(
        SlugStore.Rejected.class,
        () -> node("a").put(slug, new ByteArrayInputStream(archive(new byte[1])), other));
    assertFalse(node("b").has(slug));
  }

  @Test
  void filesAreSharedByTheFirstThatHasThem() throws Exception {
    List<String> names = List.of("key", "tls/ca.pem");
    SharedFiles.Making<String> first = () -> make(folder.resolve("one"), "one");
    assertEquals("one", SharedFiles.share(postgres, folder.resolve("one"), names, first));
    SharedFiles.share(postgres, folder.resolve("two"), names, () -> "there already");
    assertEquals("one", Files.readString(folder.resolve("two/tls/ca.pem")));
    make(folder.resolve("three"), "three");
    SharedFiles.share(postgres, folder.resolve("three"), names, () -> "replaced");
    assertEquals("one", Files.readString(folder.resolve("three/key")));
  }

  private static String make(Path place, String content) throws IOException {
    Files.createDirectories(place.resolve("tls"));
    Files.writeString(place.resolve("key"), content);
    Files.writeString(place.resolve("tls/ca.pem"), content);
    return content;
  }
}
