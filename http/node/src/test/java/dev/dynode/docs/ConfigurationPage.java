package dev.dynode.docs;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigValue;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Every key of {@code dynode}, its default and its comment. */
final class ConfigurationPage {
  private ConfigurationPage() {}

  static String text(Path root) throws IOException {
    var page = new StringBuilder(Docs.generated("ConfigurationPage"));
    page.append("# Configuration\n\n");
    page.append(
        """
        A HOCON file given by `bin/dynode server --config FILE` (or `DYNODE_CONFIG`) sets any of these keys. Durations
        and sizes carry their unit (`30 s`, `64 KiB`). Ports, data folder and public host are options of the server:
        `bin/dynode server --help`.

        """);
    for (String file :
        List.of(
            "core/engine/src/main/resources/reference.conf",
            "core/runtime/src/main/resources/reference.conf",
            "persistence/journal/src/main/resources/reference.conf",
            "persistence/store/src/main/resources/reference.conf",
            "persistence/postgres/src/main/resources/reference.conf",
            "http/edge/src/main/resources/reference.conf",
            "http/node/src/main/resources/application.conf")) {
      Config config = ConfigFactory.parseFile(root.resolve(file).toFile());
      if (config.hasPath("dynode")) {
        Map<String, String> rows = new TreeMap<>();
        collect("dynode", config.getObject("dynode"), rows);
        page.append("## ").append(file).append("\n\n| key | default | meaning |\n|---|---|---|\n");
        rows.values().forEach(page::append);
        page.append('\n');
      }
    }
    return page.toString();
  }

  private static void collect(String path, ConfigObject object, Map<String, String> rows) {
    object.forEach(
        (key, value) -> {
          String full = path + "." + key;
          if (value instanceof ConfigObject inner) {
            collect(full, inner, rows);
          }
          String meaning = comment(value);
          if (!(value instanceof ConfigObject) || !meaning.isEmpty()) {
            rows.put(full, row(full, value, meaning));
          }
        });
  }

  private static String row(String path, ConfigValue value, String meaning) {
    String shown =
        value instanceof ConfigObject
            ? ""
            : "`" + value.render(ConfigRenderOptions.concise()).replace("|", "\\|") + "`";
    return "| `" + path + "` | " + shown + " | " + meaning + " |\n";
  }

  private static String comment(ConfigValue value) {
    return value.origin().comments().stream()
        .map(String::strip)
        .collect(Collectors.joining(" "))
        .replace("|", "\\|");
  }
}
