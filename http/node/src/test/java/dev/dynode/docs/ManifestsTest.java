package dev.dynode.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.typesafe.config.ConfigFactory;
import dev.dynode.cluster.discovery.Spelling;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.rbac.Role;
import io.fabric8.kubernetes.api.model.rbac.RoleBinding;
import java.nio.file.Files;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The manifests of the documentation are what Kubernetes takes. */
@Tag("unit")
class ManifestsTest {
  private static final Pattern YAML = Pattern.compile("(?s)```yaml\\n(.*?)```");
  private static final YAMLMapper MAPPER =
      YAMLMapper.builder()
          .annotationIntrospector(
              new JacksonAnnotationIntrospector() {
                @Override
                public Boolean hasAnySetter(Annotated annotated) {
                  return false; // fields that Kubernetes does not know are mistakes
                }
              })
          .build();

  @Test
  void haveNoFieldThatKubernetesDoesNotKnow() throws Exception {
    String page = Files.readString(Docs.root().resolve("docs/cluster.md"));
    Set<Class<?>> seen = new HashSet<>();
    var blocks = YAML.matcher(page);
    while (blocks.find()) {
      for (String document : blocks.group(1).split("(?m)^---$", -1)) {
        JsonNode tree = MAPPER.readTree(document);
        Class<? extends HasMetadata> kind =
            Stream.of(ServiceAccount.class, Role.class, RoleBinding.class, Deployment.class)
                .filter(type -> type.getSimpleName().equals(tree.path("kind").asText()))
                .findFirst()
                .orElseThrow(() -> new AssertionError(document));
        HasMetadata manifest = MAPPER.treeToValue(tree, kind);
        assertEquals(HasMetadata.getApiVersion(kind), tree.path("apiVersion").asText());
        if (manifest instanceof Deployment deployment) {
          check(deployment);
        }
        seen.add(kind);
      }
    }
    assertEquals(4, seen.size(), seen::toString);
  }

  private static void check(Deployment deployment) {
    var template = deployment.getSpec().getTemplate();
    assertEquals(
        deployment.getSpec().getSelector().getMatchLabels(), template.getMetadata().getLabels());
    List<String> args = template.getSpec().getContainers().getFirst().getArgs();
    String join = args.get(args.indexOf("--join") + 1);
    assertTrue(
        Spelling.read(join, ConfigFactory.load().getConfig("dynode.cluster.discovery")).isPresent(),
        join);
  }
}
