package dev.dynode.cluster.discovery;

import static dev.dynode.node.NodeProcess.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which nodes a word of {@code --join} finds. */
@Tag("process")
class ContactsTest {
  @TempDir private Path folder;

  @Test
  void namesStandForWhatTheyStandForNow() throws Exception {
    try (var server = new TestNameServer(folder)) {
      Contacts names = read("dns:control.test:5103", server.config());
      Contacts services = read("srv:_dynode._tcp.test", server.config());
      eventually("it answers", () -> failure(names).equals("is a name that no name server knows"));

      server.knows("--host-record=control.test,127.0.0.2,fd00::2");
      eventually("both addresses", () -> found(names).contains("127.0.0.2:5103"));
      assertEquals(Set.of("127.0.0.2:5103", "[fd00:0:0:0:0:0:0:2]:5103"), names.addresses());

      server.knows(
          "--host-record=control.test,127.0.0.3",
          "--srv-host=_dynode._tcp.test,one.test,7001",
          "--srv-host=_dynode._tcp.test,two.test,7002");
      eventually("the new one", () -> found(names).equals(Set.of("127.0.0.3:5103")));
      assertEquals(Set.of("one.test:7001", "two.test:7002"), services.addresses());

      server.stop();
      assertTrue(failure(names).startsWith("cannot be looked up: "), failure(names));
    }
  }

  @Test
  void podsAreThoseThatRun() throws Exception {
    try (var kubernetes = new TestKubernetes(folder)) {
      Contacts pods = read("kubernetes:app=control", kubernetes.config());
      assertEquals(Set.of(), pods.addresses());
      kubernetes.pod("control", "Running", "10.1.0.1", false);
      kubernetes.pod("control", "Running", "fd00::7", false);
      kubernetes.pod("control", "Running", "10.1.0.2", true);
      kubernetes.pod("control", "Pending", "", false);
      kubernetes.pod("control", "Failed", "10.1.0.3", false);
      kubernetes.pod("edge", "Running", "10.1.0.4", false);
      kubernetes.token("second");
      assertEquals(Set.of("10.1.0.1:5103", "[fd00:0:0:0:0:0:0:7]:5103"), pods.addresses());
      assertEquals(
          Set.of("10.1.0.4:7000"),
          read("kubernetes:app=edge@apps:7000", kubernetes.config()).addresses());
      assertEquals("labelSelector=app=edge&limit=100", kubernetes.requests().getLast());
      assertTrue(
          failure(read("kubernetes:app=edge@other", kubernetes.config()))
              .startsWith("is refused by the Kubernetes API (403): pods is forbidden: User"));
      String nowhere = failure(read("kubernetes:app=edge", ""));
      assertTrue(nowhere.contains("this is no pod"), nowhere);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"one", "one:0", "one:70000", "dns:", "srv:name", "kubernetes:", "a b:1"})
  void otherWordsAreNone(String word) {
    assertEquals(Optional.empty(), Spelling.read(word, config("")));
  }

  private static Contacts read(String word, String config) {
    Contacts contacts = Spelling.read(word, config(config)).orElseThrow();
    assertEquals(word, contacts.toString());
    return contacts;
  }

  private static Config config(String text) {
    return ConfigFactory.parseString(text)
        .withFallback(ConfigFactory.load())
        .getConfig("dynode.cluster.discovery");
  }

  private static Set<String> found(Contacts contacts) {
    try {
      return contacts.addresses();
    } catch (IOException e) {
      return Set.of();
    }
  }

  private static String failure(Contacts contacts) {
    return String.valueOf(assertThrows(IOException.class, contacts::addresses).getMessage());
  }
}
