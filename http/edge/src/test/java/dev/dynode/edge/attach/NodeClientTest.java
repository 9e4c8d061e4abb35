package dev.dynode.edge.attach;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Node's TLS, which the heroku command is made of, where it is installed. */
@Tag("process")
class NodeClientTest {
  private static final int ROUNDS = 200;

  @TempDir Path folder;

  @Test
  void theFirstDataEventIsTheGreetingAlone() throws Exception {
    assumeTrue(
        List.of(Objects.requireNonNullElse(System.getenv("PATH"), "").split(":", -1)).stream()
            .anyMatch(place -> Files.isExecutable(Path.of(place, "node"))),
        "node is not installed");
    Path script = folder.resolve("greeting.cjs");
    try (InputStream in = getClass().getResourceAsStream("greeting.cjs")) {
      Files.copy(Objects.requireNonNull(in), script);
    }
    try (var stage = new Stage(folder.resolve("tls"), "")) {
      var command = new ArrayList<>(List.of("node", script.toString()));
      command.add(Integer.toString(stage.server.port()));
      for (int i = 0; i < ROUNDS; i++) {
        command.add(stage.desk.offer("printf 'one\\ntwo\\n'"));
      }
      var builder = new ProcessBuilder(command).redirectErrorStream(true);
      builder.environment().put("NODE_EXTRA_CA_CERTS", stage.authority.toString());
      builder.environment().remove("NODE_OPTIONS");
      var node = builder.start();
      String output = new String(node.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertTrue(node.waitFor(60, TimeUnit.SECONDS));
      String line = "{\"first\":\"rendezvous\\r\\n\",\"rest\":\"one\\ntwo\\n\",\"end\":\"end\"}";
      assertEquals(Collections.nCopies(ROUNDS, line), output.lines().toList());
    }
  }
}
