package dev.dynode.cluster.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("process")
class LocalAuthorityTest {
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  @TempDir Path folder;

  @Test
  void whatWasMadeIsKept() throws Exception {
    open(null, START);
    var before = contents();
    open(null, START.plus(Duration.ofDays(300)));
    assertEquals(before, contents());
    assertEquals(
        List.of("ca-key.pem rw-------", "ca.pem rw-------", "server.pem rw-------"), modes());
  }

  @Test
  void aNewPublicHostGetsANewCertificateOfTheSameAuthority() throws Exception {
    open(null, START);
    var before = contents();
    open("Dynos.Example.com", START);
    var after = contents();
    assertEquals(before.subList(0, 2), after.subList(0, 2), "the authority stays");
    assertNotEquals(before.get(2), after.get(2));
    assertEquals(names("127.0.0.1", "::1", "localhost", "dynos.example.com"), served());
    open("2001:db8::7", START);
    assertEquals(names("127.0.0.1", "::1", "localhost", "2001:db8::7"), served());
    var last = contents();
    open("[2001:DB8:0::7]", START);
    assertEquals(last, contents(), "the same address, spelled otherwise");
  }

  @Test
  void theServerCertificateIsRenewedInTime() throws Exception {
    var first = open(null, START);
    assertEquals(START.plus(Duration.ofDays(397)), first.expiry());
    var authority = contents().subList(0, 2);
    var renewed = open(null, START.plus(Duration.ofDays(368)));
    assertEquals(START.plus(Duration.ofDays(368 + 397)), renewed.expiry());
    assertEquals(authority, contents().subList(0, 2));
    var last = open(null, START.plus(Duration.ofDays(3600)));
    assertEquals(START.plus(Duration.ofDays(3650)), last.expiry(), "never beyond the authority");
    open(null, START.plus(Duration.ofDays(3625)));
    assertNotEquals(authority, contents().subList(0, 2), "the authority's own time was over");
  }

  @Test
  void aDamagedServerCertificateIsReplacedAndADamagedAuthorityIsNot() throws Exception {
    open(null, START);
    Files.writeString(folder.resolve("server.pem"), "-----BEGIN PRIVATE KEY-----\nAAAA");
    Files.delete(folder.resolve("ca.pem"));
    open(null, START);
    assertEquals(names("127.0.0.1", "::1", "localhost"), served());
    Files.writeString(folder.resolve("ca-key.pem"), "");
    assertThrows(IOException.class, () -> open(null, START));
  }

  @Test
  void opensslAcceptsTheCertificate() throws Exception {
    open("dynos.example.com", Instant.now());
    var check =
        new ProcessBuilder(
                "openssl",
                "verify",
                "-x509_strict",
                "-purpose",
                "sslserver",
                "-verify_hostname",
                "dynos.example.com",
                "-CAfile",
                folder.resolve("ca.pem").toString(),
                folder.resolve("server.pem").toString())
            .redirectErrorStream(true)
            .start();
    String said = new String(check.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(check.waitFor(20, TimeUnit.SECONDS) && check.exitValue() == 0, said);
  }

  private LocalAuthority open(@Nullable String publicHost, Instant now) throws IOException {
    return LocalAuthority.open(folder, publicHost, InstantSource.fixed(now));
  }

  private Set<SubjectName> served() throws Exception {
    return new TreeSet<>(SubjectName.in(Pem.identity(folder.resolve("server.pem")).certificate()));
  }

  private static Set<SubjectName> names(String... hosts) {
    var names = new TreeSet<SubjectName>();
    for (String host : hosts) {
      names.add(SubjectName.of(host));
    }
    return names;
  }

  private List<String> contents() throws IOException {
    return List.of(
        Files.readString(folder.resolve("ca-key.pem")),
        Files.readString(folder.resolve("ca.pem")),
        Files.readString(folder.resolve("server.pem")));
  }

  private List<String> modes() throws IOException {
    try (var files = Files.list(folder)) {
      return files
          .map(
              file -> {
                try {
                  var mode = PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
                  return file.getFileName() + " " + mode;
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              })
          .sorted()
          .toList();
    }
  }
}
