package dev.dynode.edge.api.request;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.pekko.http.javadsl.model.HttpRequest;

/** Every call that Heroku's API has, as its schema names them. Read when first asked for. */
public final class SchemaLinks {
  public static final String SCHEMA = "dev/dynode/edge/api/request/platform-api-schema.json";

  private static final Pattern PLACE = Pattern.compile("\\{\\(%23%2Fdefinitions%2F([\\w-]+).*\\)}");

  private SchemaLinks() {}

  /** One segment of a path: what it says, or whose name or id stands there. */
  public sealed interface Part {
    /** Says just this. */
    record Word(String text) implements Part {}

    /**
     * Names one of these.
     *
     * @param resource as the schema calls it
     */
    record Place(String resource) implements Part {}
  }

  /**
   * A call.
   *
   * @param list whether it is answered with a list of what there is
   * @param resolves whether it looks for what the body names
   */
  public record Link(
      String resource, String method, List<Part> path, boolean list, boolean resolves) {
    private boolean matches(List<String> segments) {
      if (segments.size() != path.size()) {
        return false;
      }
      for (int i = 0; i < segments.size(); i++) {
        if (path.get(i) instanceof Part.Word(String text) && !text.equals(segments.get(i))) {
          return false;
        }
      }
      return true;
    }

    private long words() {
      return path.stream().filter(Part.Word.class::isInstance).count();
    }
  }

  private static final class Read {
    static final List<Link> ALL = read();
  }

  public static List<Link> all() {
    return Read.ALL;
  }

  /** The call this is: of several the one that says most of its path itself. */
  public static Optional<Link> find(String method, List<String> segments) {
    return at(segments).filter(link -> link.method().equals(method)).findFirst();
  }

  /** What this path is about, by any of its methods. */
  public static Optional<String> about(List<String> segments) {
    return at(segments).map(Link::resource).findFirst();
  }

  /** What this path is below of: its second segment names one of these, by the schema. */
  public static Optional<String> below(List<String> segments) {
    return all().stream()
        .filter(link -> link.path().size() > 1 && segments.size() > 1)
        .filter(link -> link.path().getFirst().equals(new Part.Word(segments.getFirst())))
        .flatMap(
            link ->
                link.path().get(1) instanceof Part.Place(String resource)
                    ? Stream.of(resource)
                    : Stream.of())
        .findFirst();
  }

  /** The methods there are at this path; none: it is not Heroku's. */
  static List<String> methods(List<String> segments) {
    return at(segments).map(Link::method).distinct().sorted().toList();
  }

  private static Stream<Link> at(List<String> segments) {
    return all().stream()
        .filter(link -> link.matches(segments))
        .sorted(Comparator.comparingLong(Link::words).reversed());
  }

  private static List<Link> read() {
    List<Link> links = new ArrayList<>();
    try (InputStream in =
        Objects.requireNonNull(SchemaLinks.class.getClassLoader().getResourceAsStream(SCHEMA))) {
      for (var resource : Json.MAPPER.readTree(in).path("definitions").properties()) {
        for (JsonNode link : resource.getValue().path("links")) {
          String rel = link.path("rel").asText();
          links.add(
              new Link(
                  resource.getKey(),
                  link.path("method").asText().toUpperCase(Locale.ROOT),
                  parts(link.path("href").asText()),
                  link.path("targetSchema").has("items") && !rel.equals("resolve"),
                  rel.equals("resolve")));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return List.copyOf(links);
  }

  private static List<Part> parts(String href) {
    List<Part> parts = new ArrayList<>();
    for (String segment : href.substring(1).split("/", -1)) {
      Matcher place = PLACE.matcher(segment);
      parts.add(place.matches() ? new Part.Place(place.group(1)) : new Part.Word(segment));
    }
    return List.copyOf(parts);
  }

  /** What stands between the slashes; nothing where they stand as in no path of the schema. */
  public static List<String> segments(HttpRequest request) {
    String path = request.getUri().getPathString();
    List<String> segments = new ArrayList<>();
    if (!path.contains("//") && !path.endsWith("/")) {
      request.getUri().pathSegments().forEach(segments::add);
    }
    return segments;
  }
}
