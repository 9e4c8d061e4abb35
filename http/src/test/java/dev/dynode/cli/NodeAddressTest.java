package dev.dynode.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NodeAddressTest {
  @TempDir private Path folder = Path.of("");

  @Test
  void aRunningNodeIsFoundAndAStaleFileIsNone() throws Exception {
    Path data;
    try (TestNode node = new TestNode(folder)) {
      data = node.data;
      NodeAddress address = NodeAddress.running(data).orElseThrow();
      assertEquals(node.api(), address.api().toString());
      assertEquals(TestNode.TOKEN, address.token());
      assertEquals(Optional.of(data.resolve("tls/ca.pem")), address.ca());
      Files.writeString(data.resolve(NodeAddress.CREDENTIALS), "another");
      assertTrue(NodeAddress.running(data).isEmpty(), "a node that refuses us is not ours");
      Files.writeString(data.resolve(NodeAddress.CREDENTIALS), TestNode.TOKEN);
      assertTrue(NodeAddress.running(data).isPresent());
    }
    assertTrue(NodeAddress.running(data).isEmpty(), "the node is gone, its file is still there");
    Files.writeString(data.resolve(NodeAddress.FILE), "{\"pid\": 1");
    assertTrue(NodeAddress.running(data).isEmpty(), "half a file");
    assertTrue(NodeAddress.running(folder.resolve("none")).isEmpty());
  }

  @Test
  void theStockVariablesNameANode() {
    Map<String, String> full =
        Map.of(
            "HEROKU_HOST",
            "http://127.0.0.1:5100",
            "HEROKU_API_KEY",
            "t",
            "NODE_EXTRA_CA_CERTS",
            "/ca");
    assertEquals(Optional.of(Path.of("/ca")), NodeAddress.named(full).orElseThrow().ca());
    assertTrue(NodeAddress.named(Map.of("HEROKU_HOST", "http://127.0.0.1:5100")).isEmpty());
    assertTrue(
        NodeAddress.named(Map.of("HEROKU_HOST", "heroku.com", "HEROKU_API_KEY", "t")).isEmpty(),
        "a bare host is Heroku's own");
  }

  @Test
  void dataFolderFollowsXdg() {
    assertEquals(
        Path.of("/x/dynode"), NodeAddress.defaultData(Map.of("XDG_DATA_HOME", "/x", "HOME", "/h")));
    assertEquals(Path.of("/h/.local/share/dynode"), NodeAddress.defaultData(Map.of("HOME", "/h")));
  }
}
