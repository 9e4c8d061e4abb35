package dev.dynode.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeploymentTest {
  @TempDir private Path folder = Path.of("");

  /** The content of one file stands for the archive: what is tested is the conversation. */
  private static final Packer ONE_FILE =
      new Packer() {
        @Override
        public void pack(Path from, Set<Path> excluded, OutputStream out) throws IOException {
          Files.copy(from.resolve("code"), out);
        }

        @Override
        public long bytes(Path from, Set<Path> excluded, long most) throws IOException {
          return Files.size(from.resolve("code"));
        }

        @Override
        public Map<String, String> processTypes(String procfile) {
          return Map.of("web", procfile.strip());
        }
      };

  @Test
  void onlyChangedContentIsReleased() throws Exception {
    try (TestNode node = new TestNode(folder)) {
      Path source = Files.createDirectory(folder.resolve("source"));
      Files.writeString(source.resolve("code"), "abc");
      Deployment deployment =
          new Deployment(
              new ApiClient(NodeAddress.running(node.data).orElseThrow()), ONE_FILE, Set.of());
      JsonNode first = deployment.deployIfChanged("demo", source).orElseThrow();
      assertEquals(1, first.path("version").asInt());
      JsonNode slug = node.body("POST /apps/demo/slugs");
      assertEquals(
          "SHA256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
          slug.path("checksum").asText());
      assertTrue(slug.path("process_types").isEmpty());
      assertEquals(
          "Deploy ba7816bf", node.body("POST /apps/demo/releases").path("description").asText());
      assertTrue(node.requests.stream().anyMatch(r -> r.startsWith("PUT /blobs/slug-")));

      assertTrue(deployment.deployIfChanged("demo", source).isEmpty());
      assertEquals(2, deployment.deploy("demo", source).path("version").asInt());

      Files.writeString(source.resolve("code"), "abcd");
      Files.writeString(source.resolve("Procfile"), "run me");
      assertEquals(
          3, deployment.deployIfChanged("demo", source).orElseThrow().path("version").asInt());
      assertEquals(
          "{\"web\":\"run me\"}",
          node.body("POST /apps/demo/slugs").path("process_types").toString());
    }
  }
}
