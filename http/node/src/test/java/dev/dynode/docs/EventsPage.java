package dev.dynode.docs;

import dev.dynode.domain.app.AppEvent;
import dev.dynode.domain.directory.DirectoryEvent;
import dev.dynode.domain.dyno.DynoEvent;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Every event there is, with what its Javadoc says. */
final class EventsPage {
  private EventsPage() {}

  static String text(Path root) throws IOException {
    var page = new StringBuilder(Docs.generated("EventsPage"));
    page.append("# Events\n\n");
    page.append(
        """
        What is journaled, for ever. Every event says when it was decided (`at`) and who caused it (`by`: an account's
        email, or `dynode`); events of a dyno say which of its launches they are about (`generation`, from 1).
        `bin/dynode events DYNO` prints them.

        """);
    for (Class<?> events : List.of(DynoEvent.class, AppEvent.class, DirectoryEvent.class)) {
      String source =
          Files.readString(
              root.resolve("core/domain/src/main/java")
                  .resolve(events.getName().replace('.', '/') + ".java"));
      page.append("## ").append(events.getSimpleName()).append("\n\n");
      page.append("| event | also carries | meaning |\n|---|---|---|\n");
      for (Class<?> event : events.getPermittedSubclasses()) {
        page.append("| `")
            .append(event.getSimpleName())
            .append("` | ")
            .append(
                Arrays.stream(event.getRecordComponents())
                    .map(RecordComponent::getName)
                    .filter(name -> !List.of("at", "by", "generation").contains(name))
                    .map(name -> "`" + name + "`")
                    .collect(Collectors.joining(", ")))
            .append(" | ")
            .append(comment(source, event.getSimpleName()))
            .append(" |\n");
      }
      page.append('\n');
    }
    return page.toString();
  }

  private static String comment(String source, String event) {
    Matcher found =
        Pattern.compile("/\\*\\*((?:(?!\\*/)[\\s\\S])*)\\*/\\s*record " + event + "\\(")
            .matcher(source);
    return found.find()
        ? found
            .group(1)
            .replaceAll("\\s*\\n\\s*\\*\\s*", " ")
            .replaceAll("\\{@code ([^}]*)}", "`$1`")
            .strip()
        : "";
  }
}
