package dev.dynode.cluster.discovery;

import com.typesafe.config.Config;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How the words of {@code --join} are spelled. */
public final class Spelling {
  /** What each may be. */
  public static final String WORDS =
      "HOST:PORT, dns:NAME[:PORT], srv:_SERVICE._tcp.NAME or"
          + " kubernetes:LABEL=VALUE[@NAMESPACE][:PORT]";

  private static final int USUAL_PORT = 5103;
  private static final Pattern WORD =
      Pattern.compile(
          """
          (?: (?<fixed>[^:@\\s]+|\\[[0-9a-fA-F:]+\\]) :
            | dns: (?<dns>[^:@\\s]+) (?: : (?=[0-9]))?
            | srv: (?<srv>_[^:@\\s]+)
            | kubernetes: (?<labels>[^:@\\s]+) (?: @(?<namespace>[a-z0-9-]+))? (?: : (?=[0-9]))?
          ) (?<port>[0-9]{1,5})?
          """,
          Pattern.COMMENTS);

  private Spelling() {}

  /**
   * What a word means.
   *
   * @param discovery {@code dynode.cluster.discovery}
   * @return none if it is not one of {@link #WORDS}
   */
  public static Optional<Contacts> read(String word, Config discovery) {
    Matcher parts = WORD.matcher(word);
    if (!parts.matches()) {
      return Optional.empty();
    }
    Optional<Integer> port = part(parts, "port").map(Integer::valueOf);
    if (port.filter(number -> number < 1 || number > 65_535).isPresent()) {
      return Optional.empty();
    }
    var servers = new NameServers(discovery);
    int usual = port.orElse(USUAL_PORT);
    return part(parts, "dns")
        .<Contacts>map(name -> new NamedNodes(word, name, Optional.of(usual), servers))
        .or(
            () ->
                part(parts, "srv")
                    .map(name -> new NamedNodes(word, name, Optional.empty(), servers)))
        .or(
            () ->
                part(parts, "labels")
                    .map(
                        labels ->
                            new KubernetesPods(
                                word,
                                labels.replace('&', ','),
                                part(parts, "namespace"),
                                usual,
                                discovery)))
        .or(() -> port.map(_ -> new Contacts.FixedNode(word)));
  }

  private static Optional<String> part(Matcher parts, String name) {
    return Optional.ofNullable(parts.group(name));
  }
}
