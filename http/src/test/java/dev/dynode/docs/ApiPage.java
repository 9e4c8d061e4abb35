package dev.dynode.docs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.dynode.node.NodeProcess;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;

/** Which calls of the Platform API a node answers, found by making every call the schema names. */
final class ApiPage {
  private static final String UNKNOWN = "API endpoint was not found";

  /** What we answer beyond the schema; asked like the rest. */
  private static final List<Call> OURS =
      List.of(
          new Call("GET", "/apps/{app}/dynos/{dyno}/events", "a dyno's journal (Dynode's own)"),
          new Call("GET", "/apps/{app}/dynos/{dyno}/state", "a dyno as it was (Dynode's own)"),
          new Call("GET", "/apps/{app}/dynos/{dyno}/explanation", "why it ended so (Dynode's own)"),
          new Call("GET", "/apps/{app}/dynos/{dyno}/output", "what it printed (Dynode's own)"),
          new Call(
              "GET", "/apps/{app}/dynos/{dyno}/export", "a dyno's history file (Dynode's own)"),
          new Call("GET", "/apps/{app}/events", "an app's journal (Dynode's own)"),
          new Call("GET", "/apps/{app}/export", "the history file of an app (Dynode's own)"),
          new Call("GET", "/export", "the history file of everything (Dynode's own)"),
          new Call("POST", "/verification", "replays and compares everything (Dynode's own)"),
          new Call("GET", "/apps/{app}/state", "an app as it was (Dynode's own)"),
          new Call("GET", "/apps/{app}/explanation", "an app's story in sentences (Dynode's own)"),
          new Call(
              "POST",
              "/apps/{app}/dynos/{dyno}/actions/resize",
              "set the terminal's size (Dynode's own)"),
          new Call("GET", "/hosts", "where dynos run (Dynode's own)"),
          new Call("POST", "/hosts/{host}/actions/drain", "no more dynos there (Dynode's own)"),
          new Call("POST", "/hosts/{host}/actions/undrain", "dynos there again (Dynode's own)"),
          new Call("GET", "/apps/{app}/addon-attachments", "always empty"),
          new Call("GET", "/schema", "the schema itself"));

  private ApiPage() {}

  private record Call(String method, String path, String title) {}

  static String text(Path folder) throws Exception {
    var served = new TreeMap<String, TreeSet<String>>();
    try (NodeProcess node = NodeProcess.start(folder.resolve("data"))) {
      for (Call call : calls()) {
        String path = call.path().replaceAll("\\{[^}]*}", "none-of-this-name");
        String answer = node.call(call.method(), path, null).body();
        if (!answer.contains(UNKNOWN)) {
          served
              .computeIfAbsent(call.path() + " " + call.method(), _ -> new TreeSet<>())
              .add(call.title());
        }
      }
    }
    var page = new StringBuilder(Docs.generated("ApiPage"));
    page.append("# Platform API\n\n");
    page.append(
        """
        The calls a node answers, of those Heroku's schema (`GET /schema`) names, and its own. Every call needs
        `Accept: application/vnd.heroku+json; version=3` and a token (`Authorization: Bearer …`, or Basic with the token
        as password). `GET /apps/{app}/dynos?all=true` includes finished dynos; a dyno also tells `exit_status`,
        `ended_at` and `cause`; `POST /apps/{app}/dynos` understands the header `Idempotency-Key`; apps have a
        `process_tier`.

        | path | method | what |
        |---|---|---|
        """);
    served.forEach(
        (call, titles) ->
            page.append("| `")
                .append(call, 0, call.lastIndexOf(' '))
                .append("` | ")
                .append(call.substring(call.lastIndexOf(' ') + 1))
                .append(" | ")
                .append(String.join(", ", titles))
                .append(" |\n"));
    return page.toString();
  }

  private static List<Call> calls() throws Exception {
    List<Call> calls = new ArrayList<>(OURS);
    try (InputStream in =
        Objects.requireNonNull(
            ApiPage.class.getResourceAsStream("/dev/dynode/api/platform-api-schema.json"))) {
      JsonNode schema = new ObjectMapper().readTree(in);
      schema
          .path("definitions")
          .properties()
          .forEach(
              resource ->
                  resource
                      .getValue()
                      .path("links")
                      .forEach(
                          link ->
                              calls.add(
                                  new Call(
                                      link.path("method").asText().toUpperCase(Locale.ROOT),
                                      plain(link.path("href").asText()),
                                      resource.getKey() + ": " + link.path("title").asText()))));
    }
    return calls;
  }

  /** {@code /apps/{(%23%2Fdefinitions%2Fapp…)}} as {@code /apps/{app}}. */
  private static String plain(String href) {
    return href.replaceAll("\\{\\(%23%2Fdefinitions%2F([\\w-]+)[^}]*\\)}", "{$1}");
  }
}
