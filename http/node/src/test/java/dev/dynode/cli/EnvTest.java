package dev.dynode.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.dynode.cli.failure.Words;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code dynode env} prints, as a real shell understands it. */
@Tag("cli")
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
  void herokusOtherServicesAreOurs() throws Exception {
    try (TestNode node = new TestNode(folder)) {
      Map<String, String> seen = evaluated(node.environment());
      for (String service :
          List.of(
              "HEROKU_PARTICLEBOARD_URL",
              "HEROKU_STATUS_HOST",
              "HEROKU_BUILDPACK_REGISTRY_URL",
              "HEROKU_EXEC_URL",
              "HEROKU_LOGIN_HOST")) {
        assertEquals(node.api(), seen.get(service), service);
      }
      assertEquals("127.0.0.1", seen.get("HEROKU_DATA_HOST"));
      assertEquals(node.api().replace("http://", ""), seen.get("HEROKU_GIT_HOST"));
    }
  }

  /** The command makes it https; there git would wait for a handshake, or ask for a password. */
  @Test
  void gitAsksTheApiInPlainText() throws Exception {
    try (TestNode node = new TestNode(folder)) {
      Map<String, String> environment = new HashMap<>(node.environment());
      environment.put("GIT_CONFIG_GLOBAL", evaluated(environment).get("GIT_CONFIG_GLOBAL"));
      assertEquals(
          environment.get("GIT_CONFIG_GLOBAL"), evaluated(environment).get("GIT_CONFIG_GLOBAL"));
      String remote = node.api().replace("http:", "https:") + "/shop.git";
      Programs.Result git =
          Programs.run(List.of("git", "ls-remote", "--get-url", remote), environment, new byte[0]);
      assertEquals(node.api() + "/shop.git\n", git.text(), git.err());
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
