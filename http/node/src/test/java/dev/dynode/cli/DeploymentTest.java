package dev.dynode.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.dynode.cli.client.ApiClient;
import dev.dynode.cli.client.NodeAddress;
import dev.dynode.cli.deploy.Deployment;
import dev.dynode.cli.deploy.FolderPacker;
import dev.dynode.cli.deploy.Packer;
import dev.dynode.cli.failure.CommandFailed;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("cli")
class DeploymentTest {
  @TempDir private Path folder = Path.of("");

  /** The content of one file stands for the archive: what is tested is the conversation. */
  private static final Packer ONE_FILE =
      new Packer() {
        @Override
        public List<String> pack(Path from, Set<Path> excluded, OutputStream out)
            throws IOException {
          Files.copy(from.resolve("code"), out);
          return List.of();
        }

        @Override
        public long bytes(Path from, Set<Path> excluded, long most) throws IOException {
          return Files.size(from.resolve("code"));
        }

        @Override
        public Map<String, String> processTypes(Path procfile) throws IOException {
          return Map.of("web", Files.readString(procfile).strip());
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

  private Deployment deployment(TestNode node) throws Exception {
    return new Deployment(
        new ApiClient(NodeAddress.running(node.data).orElseThrow()), new FolderPacker(), Set.of());
  }

  @Test
  void whatIsNotDeployedIsToldByName() throws Exception {
    try (TestNode node = new TestNode(folder)) {
      Path source = Files.createDirectories(folder.resolve("source/tmp")).resolve("..").normalize();
      Programs.Result made =
          Programs.run(
              List.of(
                  "bash", "-c", "cd \"$0\" && mkfifo a-pipe $'tmp/two\\nlines'", source.toString()),
              Map.of(),
              new byte[0]);
      assertEquals(0, made.exit(), made.err());
      Deployment deployment = deployment(node);
      deployment.deploy("demo", source);
      assertEquals(
          List.of("Not deployed: a-pipe is a pipe.", "Not deployed: tmp/two^Jlines is a pipe."),
          deployment.notes());
      for (int i = 0; i < 30; i++) {
        Programs.run(List.of("mkfifo", source.resolve("p" + i).toString()), Map.of(), new byte[0]);
      }
      assertTrue(deployment.deployIfChanged("demo", source).isEmpty());
      assertEquals(21, deployment.notes().size());
      assertEquals("... and 12 more like these.", deployment.notes().getLast());
    }
  }

  @Test
  void aRefusalNamesFileAndLine() throws Exception {
    try (TestNode node = new TestNode(folder)) {
      Path source = Files.createDirectory(folder.resolve("source"));
      Deployment deployment = deployment(node);
      Path procfile = source.resolve("Procfile");
      Files.writeString(procfile, "# types\n\nweb\n");
      refused("Procfile line 3: 'web' is not of the form", deployment, source);
      Files.write(procfile, new byte[] {'a', ':', 'b', '\n', 'w', ':', (byte) 0xe9, '\n'});
      refused("Procfile line 2: this is no UTF-8", deployment, source);
      Files.delete(procfile);
      Files.createSymbolicLink(procfile, Path.of("nowhere"));
      refused("Procfile is no file", deployment, source);
      Files.delete(procfile);
      Files.createDirectory(procfile);
      refused("Procfile is no file", deployment, source);
      Files.delete(procfile);
      Path ignore = source.resolve(".slugignore");
      Files.write(ignore, new byte[] {'\n', '\n', (byte) 0xe9, '\n'});
      refused(".slugignore line 3: this is no UTF-8", deployment, source);
      Files.writeString(ignore, "*.o\n!keep.o\n");
      refused(".slugignore line 2: '!keep.o'", deployment, source);
      assertTrue(node.requests.stream().noneMatch(request -> request.contains("/releases")));
    }
  }

  private static void refused(String why, Deployment deployment, Path source) {
    var refused = assertThrows(CommandFailed.class, () -> deployment.deploy("demo", source));
    assertTrue(String.valueOf(refused.getMessage()).contains(why), refused::toString);
  }
}
