package dev.dynode.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code dynode env} prints, as a real shell understands it. */
class EnvTest {
  @TempDir private Path folder = Path.of("");

  private Map<String, String> evaluated(Map<String, String> environment) throws Exception {
    String dynode = String.join(" ", Programs.dynode("env").stream().map(Words::quote).toList());
    Programs.Result shell =
        Programs.run(
            List.of("bash", "-c", "eval \"$(" + dynode + ")\" && env -0"),
            environment,
            new byte[0]);
    assertEquals("", shell.err());
    assertEquals(0, shell.exit());
    Map<String, String> seen = new HashMap<>();
    for (String variable : List.of(shell.text().split("\0", -1))) {
      int equals = variable.indexOf('=');
      if (equals > 0) {
        seen.put(variable.substring(0, equals), variable.substring(equals + 1));
      }
    }
    return seen;
  }

  @Test
  void pointsTheStockCommandAtTheNode() throws Exception {
    try (TestNode node = new TestNode(folder)) {
      Map<String, String> environment = new HashMap<>(node.environment());
      environment.put("NO_PROXY", "example.com");
      Files.writeString(node.data.resolve(".gitconfig"), "[user]\n\tname = Somebody\n");
      Map<String, String> seen = evaluated(environment);
      assertEquals(node.api(), seen.get("HEROKU_HOST"));
      assertEquals(node.api(), seen.get("HEROKU_PARTICLEBOARD_URL"));
      assertEquals(TestNode.TOKEN, seen.get("HEROKU_API_KEY"));
      assertEquals(node.data.resolve("tls/ca.pem").toString(), seen.get("NODE_EXTRA_CA_CERTS"));
      assertEquals("true", seen.get("DISABLE_TELEMETRY"));
      assertEquals("1", seen.get("HEROKU_SKIP_ANALYTICS"));
      assertEquals("example.com,127.0.0.1,localhost", seen.get("NO_PROXY"));
      environment.put("GIT_CONFIG_GLOBAL", seen.get("GIT_CONFIG_GLOBAL"));
      Programs.Result git =
          Programs.run(List.of("git", "config", "user.name"), environment, new byte[0]);
      assertEquals("Somebody\n", git.text(), git.err());
    }
  }

  @Test
  void keepsTheCertificatesThatWereThere() throws Exception {
    try (TestNode node = new TestNode(folder)) {
      Path company = Files.writeString(folder.resolve("company.pem"), "COMPANY");
      Map<String, String> environment = new HashMap<>(node.environment());
      environment.put("NODE_EXTRA_CA_CERTS", company.toString());
      String bundle = evaluated(environment).get("NODE_EXTRA_CA_CERTS");
      String ours = Files.readString(node.data.resolve("tls/ca.pem"));
      assertEquals("COMPANY\n" + ours, Files.readString(Path.of(bundle)));
      environment.put("NODE_EXTRA_CA_CERTS", bundle);
      assertEquals(bundle, evaluated(environment).get("NODE_EXTRA_CA_CERTS"));
      assertEquals("COMPANY\n" + ours, Files.readString(Path.of(bundle)), "twice is once");
    }
  }
}
