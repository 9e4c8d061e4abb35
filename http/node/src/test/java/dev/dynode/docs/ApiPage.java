package dev.dynode.docs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.dynode.edge.api.absent.NotAvailable;
import dev.dynode.node.NodeProcess;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Which calls of the Platform API a node answers, found by making every call the schema names. */
final class ApiPage {
  private static final String UNKNOWN = "API endpoint was not found";
  private static final String APP = "shop";

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
          new Call("GET", "/schema", "the schema itself"));

  private ApiPage() {}

  private record Call(String method, String path, String title) {
    /** The schema's resource, if it is one of the schema's. */
    String resource() {
      return title.split(": ", 2)[0];
    }

    /** Of the app there is, unless that would end it, and of nothing else. */
    String asked() {
      boolean ends = method.equals("DELETE") && path.equals("/apps/{app}");
      return (ends ? path : path.replace("/apps/{app}", "/apps/" + APP))
          .replace("{account}", "~")
          .replaceAll("\\{[^}]*}", "none-of-this-name");
    }
  }

  static String text(Path folder) throws Exception {
    var served = new TreeMap<String, TreeSet<String>>();
    var none = new TreeMap<String, TreeSet<String>>();
    var unavailable = new TreeMap<String, TreeSet<String>>();
    try (NodeProcess node = NodeProcess.start(folder.resolve("data"))) {
      node.post("/apps", "{\"name\": \"" + APP + "\"}");
      for (Call call : calls()) {
        String answer = node.call(call.method(), call.asked(), null).body();
        if (answer.contains(UNKNOWN)) {
          throw new IllegalStateException(call + ": " + answer);
        }
        boolean refused = answer.contains("\"not_available\"");
        boolean nothing = answer.contains("Dynode has no ") || NotAvailable.none(call.resource());
        (refused ? unavailable : nothing ? none : served)
            .computeIfAbsent(call.path() + " " + call.method(), _ -> new TreeSet<>())
            .add(call.title());
      }
    }
    var page = new StringBuilder(Docs.generated("ApiPage"));
    page.append("# Platform API\n\n");
    page.append(
        """
        Every call of Heroku's schema (`GET /schema`), and the node's own. Every call needs
        `Accept: application/vnd.heroku+json; version=3` and a token (`Authorization: Bearer …`, or Basic with the token
        as password). `GET /apps/{app}/dynos?all=true` includes finished dynos; a dyno also tells `exit_status`,
        `ended_at` and `cause`; `POST /apps/{app}/dynos` understands the header `Idempotency-Key`; apps have a
        `process_tier`.

        | path | method | what |
        |---|---|---|
        """);
    append(page, served);
    page.append(
        """

        ## What there is none of

        These lists are `[]`, and nothing is found by id or name: 404 `not_found`, with a sentence that says so.

        | path | method | what |
        |---|---|---|
        """);
    append(page, none);
    page.append(
        """

        ## What is not available

        These calls are answered with 501 `not_available` and a sentence that says what Dynode does not have.

        | path | method | what |
        |---|---|---|
        """);
    append(page, unavailable);
    return page.toString();
  }

  private static void append(StringBuilder page, Map<String, ? extends Set<String>> calls) {
    calls.forEach(
        (call, titles) ->
            page.append("| `")
                .append(call, 0, call.lastIndexOf(' '))
                .append("` | ")
                .append(call.substring(call.lastIndexOf(' ') + 1))
                .append(" | ")
                .append(String.join(", ", titles))
                .append(" |\n"));
  }

  private static List<Call> calls() throws Exception {
    List<Call> calls = new ArrayList<>(OURS);
    try (InputStream in =
        Objects.requireNonNull(
            ApiPage.class.getResourceAsStream(
                "/dev/dynode/edge/api/request/platform-api-schema.json"))) {
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
