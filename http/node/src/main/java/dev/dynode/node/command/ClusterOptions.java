package dev.dynode.node.command;

import com.typesafe.config.Config;
import dev.dynode.cli.client.NodeConfig;
import dev.dynode.cli.failure.CommandFailed;
import dev.dynode.cli.failure.Reason;
import dev.dynode.cluster.Membership;
import dev.dynode.cluster.Membership.Role;
import dev.dynode.cluster.discovery.Contacts;
import dev.dynode.cluster.discovery.Spelling;
import dev.dynode.node.Relocation;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What makes a node one of a cluster. */
final class ClusterOptions {
  private static final int PORT = 5103;

  @Option(
      names = "--postgres",
      paramLabel = "URL",
      description =
          "Database the nodes share, such as jdbc:postgresql://db/dynode; makes this node one of a"
              + " cluster. User and password: dynode.postgres.user and .password.")
  private @Nullable String postgres;

  @Option(
      names = "--role",
      paramLabel = "ROLE[,ROLE]",
      description = "control, host, edge; all if not given.")
  private @Nullable String role;

  @Option(
      names = "--join",
      paramLabel = "NODES[,...]",
      description =
          "Nodes to join, the same list on all of them: "
              + Spelling.WORDS
              + ". A control node begins the cluster where there is none. Not given: those that the"
              + " database knows.")
  private @Nullable String join;

  @Option(
      names = "--cluster-host",
      paramLabel = "HOST",
      description = "Where other nodes reach this one; 127.0.0.1 if not given.")
  private @Nullable String clusterHost;

  @Option(
      names = "--cluster-port",
      paramLabel = "PORT",
      description = "The same; 5103 if not given, 0 for a free one.")
  private @Nullable Integer clusterPort;

  @Option(
      names = "--host-name",
      paramLabel = "NAME",
      description =
          "What this host is called, the same after each start. If not given: what its data folder"
              + " was imported as, or else this machine's name.")
  private @Nullable String hostName;

  @Option(
      names = "--cluster-tls",
      paramLabel = "DIR",
      description =
          "Folder with key.pem, cert.pem and ca.pem: nodes then talk by TLS, and only to those"
              + " whose certificate this authority signed.")
  private @Nullable Path tls;

  /** The database that makes the node one of a cluster. */
  Optional<String> database(Config all) {
    String url =
        NodeConfig.setting(all, "postgres", postgres, all.getString("dynode.postgres.url"));
    if (url.isBlank() && (role != null || join != null)) {
      throw new CommandFailed(
          "--role and --join are for nodes of a cluster, which share a database: give --postgres.",
          2);
    }
    if (!url.isBlank() && !url.startsWith("jdbc:postgresql:")) {
      throw new CommandFailed(
          "postgres must be a URL such as jdbc:postgresql://db.example.com/dynode, not \""
              + url
              + "\".",
          2);
    }
    return url.isBlank() ? Optional.empty() : Optional.of(url);
  }

  /**
   * What the options make of it.
   *
   * @param data the node's data folder
   */
  Membership membership(Config all, Path data) {
    String folder = NodeConfig.setting(all, "cluster-tls", tls, "");
    return new Membership(
        roles(NodeConfig.setting(all, "role", role, "control,host,edge")),
        NodeConfig.setting(all, "cluster-host", clusterHost, "127.0.0.1"),
        NodeConfig.port(all, "cluster-port", clusterPort, PORT),
        nodes(NodeConfig.setting(all, "join", join, ""), all),
        name(hostName(all, data)),
        folder.isEmpty() ? Optional.empty() : Optional.of(files(Path.of(folder))));
  }

  private static Set<Role> roles(String words) {
    Set<Role> roles = EnumSet.noneOf(Role.class);
    for (String word : words.split(",", -1)) {
      try {
        roles.add(Role.valueOf(word.strip().toUpperCase(Locale.ROOT)));
      } catch (IllegalArgumentException e) {
        throw new CommandFailed(
            "role must be one or more of control, host and edge, with commas, not \""
                + words
                + "\".",
            2);
      }
    }
    return roles;
  }

  private static List<Contacts> nodes(String words, Config all) {
    Config discovery = all.getConfig("dynode.cluster.discovery");
    return Arrays.stream(words.split(",", -1))
        .map(String::strip)
        .filter(word -> !word.isEmpty())
        .map(
            word ->
                Spelling.read(word, discovery)
                    .orElseThrow(
                        () ->
                            new CommandFailed(
                                "join must be %s, with commas, not \"%s\"."
                                    .formatted(Spelling.WORDS, word),
                                2)))
        .toList();
  }

  private static String name(String name) {
    if (!name.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,62}")) {
      throw new CommandFailed(
          "host-name must be 1 to 63 letters, digits, dots, dashes and underscores, not \""
              + name
              + "\".",
          2);
    }
    return name;
  }

  /** Dynos of a folder that was imported are of the host that ran them. */
  private String hostName(Config all, Path data) {
    Optional<String> imported = Relocation.hostName(data);
    String name =
        NodeConfig.setting(all, "host-name", hostName, imported.orElseGet(ClusterOptions::machine));
    if (imported.isPresent() && !imported.get().equals(name)) {
      throw new CommandFailed(
          "The dynos of "
              + data
              + " are of the host \""
              + imported.get()
              + "\": give that as --host-name, or none. To rename the host, drain it and delete "
              + data.resolve(Relocation.HOST_NAME)
              + ".",
          2);
    }
    return name;
  }

  private static String machine() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "host";
    }
  }

  private static Membership.Tls files(Path folder) {
    var tls =
        new Membership.Tls(
            folder.resolve("key.pem"), folder.resolve("cert.pem"), folder.resolve("ca.pem"));
    try {
      var _ = tls.read();
    } catch (IOException e) {
      throw new CommandFailed("cluster-tls: " + Reason.of(e), 2);
    }
    return tls;
  }
}
