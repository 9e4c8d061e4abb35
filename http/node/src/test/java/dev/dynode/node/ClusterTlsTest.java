package dev.dynode.node;

import static dev.dynode.node.NodeProcess.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.dynode.cluster.Membership;
import dev.dynode.cluster.tls.NodeCertificates;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Nodes that know one another by certificates, and what others try. */
@Timeout(1200)
@Execution(ExecutionMode.CONCURRENT) // they mostly wait
@Tag("cluster")
class ClusterTlsTest {
  private static final String CONFIG =
      """
      dynode.cluster { lease = 2 m, host-lost-after = 3 m, tls-read-again = 1 s }
      """;

  /** Of those that are to be refused, which wait for nothing. */
  private static final String BRIEF = "dynode.cluster.join-within = 5 s";

  private static final int ANSWER_MILLIS = 20_000;

  @TempDir private Path folder;

  @Test
  void onlyNodesOfTheAuthorityAreInTheCluster() throws Exception {
    Instant now = Instant.now();
    Path ours = folder.resolve("ours");
    Path theirs = folder.resolve("theirs");
    NodeCertificates.makeAuthority(ours, now.minus(Duration.ofDays(500)));
    NodeCertificates.makeAuthority(theirs, now);
    Path one = NodeCertificates.makeNode(ours, "one", now);
    Path host = NodeCertificates.makeNode(ours, "host-a", now);
    Path old = NodeCertificates.makeNode(ours, "old", now.minus(Duration.ofDays(450)));
    Path foreign = NodeCertificates.makeNode(theirs, "foreign", now);
    try (var cluster = new TestCluster(folder, CONFIG)) {
      NodeProcess edge = cluster.start("one", "control,edge", tls(one));
      cluster.start("host-a", "host", tls(host));
      edge.post("/apps", "{\"name\": \"demo\"}");
      eventually("the host is known", () -> edge.get("/hosts").size() == 1);
      runs(edge);

      String none = refused(cluster, "none");
      assertTrue(none.contains("give this node --cluster-tls"), none);
      String other = refused(cluster, "foreign", tls(foreign));
      assertTrue(other.contains("has a certificate that the authority in " + foreign), other);
      String late = refused(cluster, "old", tls(old));
      assertTrue(late.contains(old.resolve("cert.pem") + " expired on "), late);

      // Neither does the cluster listen to those who ask nobody.
      assertTrue(talks(edge, ours, one).length > 0);
      assertThrows(IOException.class, () -> talks(edge, ours, old));
      assertThrows(IOException.class, () -> talks(edge, ours, foreign));
      runs(edge);
      assertEquals(1, edge.get("/hosts").size());

      BigInteger before = serial(edge, ours, one);
      for (String name : List.of("one", "host-a")) {
        NodeCertificates.makeNode(ours, name, now);
      }
      eventually("its new certificate is shown", () -> !serial(edge, ours, one).equals(before));
      cluster.start("host-b", "host", tls(NodeCertificates.makeNode(ours, "host-b", now)));
      eventually("both hosts are known", () -> edge.get("/hosts").size() == 2);
      runs(edge);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "key.pem | | There is no %s/key.pem that this user may read",
        "ca.pem | | There is no %s/ca.pem that this user may read",
        "key.pem | ours/b/key.pem | %s/key.pem is not the key of %s/cert.pem",
        "key.pem | ours/a/cert.pem | There is no RSA key in PEM, without a password, in %s/key.pem",
        "cert.pem | ours/a/key.pem | There is no certificate in PEM in %s/cert.pem",
        "ca.pem | theirs/ca.pem | %s/cert.pem was not signed by the authority in %s/ca.pem",
      })
  void filesThatCannotWorkAreRefusedAtOnce(String file, String by, String said) throws Exception {
    Path ours = folder.resolve("ours");
    NodeCertificates.makeAuthority(ours, Instant.now());
    NodeCertificates.makeAuthority(folder.resolve("theirs"), Instant.now());
    Path own = NodeCertificates.makeNode(ours, "a", Instant.now());
    NodeCertificates.makeNode(ours, "b", Instant.now());
    if (by == null) {
      Files.delete(own.resolve(file));
    } else {
      Files.copy(folder.resolve(by), own.resolve(file), StandardCopyOption.REPLACE_EXISTING);
    }
    IOException refused =
        assertThrows(
            IOException.class,
            () ->
                new Membership.Tls(
                        own.resolve("key.pem"), own.resolve("cert.pem"), own.resolve("ca.pem"))
                    .read());
    String message = String.valueOf(refused.getMessage());
    assertTrue(message.contains(said.replace("%s", own.toString())), message);
    assertTrue(message.contains("`dynode tls cert`"), message);
  }

  private static String refused(TestCluster cluster, String name, String... options) {
    cluster.also(BRIEF);
    String said =
        String.valueOf(
            assertThrows(IOException.class, () -> cluster.start(name, "host", options))
                .getMessage());
    cluster.also("");
    return said;
  }

  private static String[] tls(Path files) {
    return new String[] {"--cluster-tls", files.toString()};
  }

  private static void runs(NodeProcess edge) throws Exception {
    JsonNode dyno = edge.post("/apps/demo/dynos", "{\"command\": \"exit 7\"}");
    eventually(
        "a dyno has run",
        () ->
            edge.get("/apps/demo/dynos/" + dyno.path("id").asText()).path("exit_status").asInt()
                == 7);
  }

  private static BigInteger serial(NodeProcess node, Path trusted, Path shown) throws Exception {
    return talks(node, trusted, shown)[0].getSerialNumber();
  }

  /** Greets a node as Pekko does, and returns its certificates once it has not hung up. */
  private static X509Certificate[] talks(NodeProcess node, Path trusted, Path shown)
      throws Exception {
    String at = node.member();
    int port = Integer.parseInt(at.substring(at.lastIndexOf(':') + 1));
    try (var socket =
        (SSLSocket) context(trusted, shown).getSocketFactory().createSocket("127.0.0.1", port)) {
      socket.setSoTimeout(ANSWER_MILLIS);
      socket.startHandshake();
      socket.getOutputStream().write(new byte[] {'A', 'K', 'K', 'A', 1});
      socket.getOutputStream().flush();
      socket.setSoTimeout(1000);
      try {
        if (socket.getInputStream().read() < 0) {
          throw new IOException("hung up");
        }
      } catch (java.net.SocketTimeoutException listens) {
        // for what follows the greeting
      }
      Certificate[] peer = socket.getSession().getPeerCertificates();
      return List.of(peer).toArray(X509Certificate[]::new);
    }
  }

  private static SSLContext context(Path trusted, Path shown) throws Exception {
    Certificate own = certificate(shown.resolve("cert.pem"));
    String key = Files.readString(shown.resolve("key.pem")).replaceAll("-----[A-Z ]+-----|\\s", "");
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setCertificateEntry("ca", certificate(trusted.resolve("ca.pem")));
    var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(store);
    store.setKeyEntry(
        "own",
        KeyFactory.getInstance("RSA")
            .generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(key))),
        new char[0],
        new Certificate[] {own});
    // Shows its certificate to whoever asks, whatever authorities it is told of.
    var keys = KeyManagerFactory.getInstance("SunX509");
    keys.init(store, new char[0]);
    var context = SSLContext.getInstance("TLSv1.3");
    context.init(new javax.net.ssl.KeyManager[] {new Shown(keys)}, trust.getTrustManagers(), null);
    return context;
  }

  private static Certificate certificate(Path file) throws Exception {
    try (var text = Files.newInputStream(file)) {
      return CertificateFactory.getInstance("X.509").generateCertificate(text);
    }
  }

  /** Shows the one key there is. */
  private static final class Shown extends javax.net.ssl.X509ExtendedKeyManager {
    private final javax.net.ssl.X509ExtendedKeyManager keys;

    Shown(KeyManagerFactory keys) {
      this.keys = (javax.net.ssl.X509ExtendedKeyManager) keys.getKeyManagers()[0];
    }

    @Override
    public String chooseClientAlias(
        String[] types, java.security.Principal[] issuers, java.net.Socket socket) {
      return "own";
    }

    @Override
    public String[] getClientAliases(String type, java.security.Principal[] issuers) {
      return new String[] {"own"};
    }

    @Override
    public String[] getServerAliases(String type, java.security.Principal[] issuers) {
      return new String[] {"own"};
    }

    @Override
    public String chooseServerAlias(
        String type, java.security.Principal[] issuers, java.net.Socket socket) {
      return "own";
    }

    @Override
    public X509Certificate[] getCertificateChain(String alias) {
      return keys.getCertificateChain("own");
    }

    @Override
    public java.security.PrivateKey getPrivateKey(String alias) {
      return keys.getPrivateKey("own");
    }
  }
}
