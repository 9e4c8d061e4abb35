package dev.dynode.cluster;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.dynode.cluster.discovery.Contacts;
import dev.dynode.cluster.tls.NodeKeys;
import dev.dynode.postgres.Postgres;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.apache.pekko.actor.Address;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.cluster.ClusterEvent.CurrentClusterState;
import org.apache.pekko.cluster.Member;
import org.apache.pekko.cluster.MemberStatus;
import org.apache.pekko.cluster.typed.Cluster;
import org.apache.pekko.cluster.typed.JoinSeedNodes;

/**
 * What a node is in a cluster.
 *
 * @param roles at least one
 * @param host at which the other nodes reach this one
 * @param port the same, 0 to 65535; 0 takes a free one
 * @param join nodes to join, among which this one may be. None: this node begins the cluster
 * @param hostName what this host is called; unique in the cluster, and the same after a restart
 * @param tls how nodes know one another; none: whoever reaches their ports is believed
 */
public record Membership(
    Set<Role> roles,
    String host,
    int port,
    List<Contacts> join,
    String hostName,
    Optional<Tls> tls) {
  /** Members of these do not stop a cluster from deciding when they cannot be reached. */
  private static final Set<MemberStatus> GIVEN_UP =
      Set.of(MemberStatus.down(), MemberStatus.exiting());

  /** Members of these must have heard of the last decision before there is another. */
  private static final Set<MemberStatus> DECIDES =
      Set.of(MemberStatus.up(), MemberStatus.leaving());

  /** What a node does. */
  public enum Role {
    /** Holds apps and their dynos' records. */
    CONTROL,
    /** Runs dynos. */
    HOST,
    /** Serves the Platform API, and clients that attach. */
    EDGE;

    /** As it is spelled in options and in the cluster. */
    public String word() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }
  }

  /** PEM files: this node's key and certificate, and the authority that signed every node's. */
  public record Tls(Path key, Path certificate, Path authority) {
    /**
     * As the files are now.
     *
     * @throws IOException in one sentence, where they cannot be used
     */
    public NodeKeys read() throws IOException {
      return NodeKeys.read(key, certificate, authority, Clock.systemUTC().instant());
    }
  }

  public boolean has(Role role) {
    return roles.contains(role);
  }

  /** The configuration of a node of this cluster. */
  public Config over(Config config) {
    Map<String, Object> own = new LinkedHashMap<>();
    own.put("pekko.cluster.roles", roles.stream().map(Role::word).toList());
    own.put("pekko.remote.artery.canonical.hostname", canonical());
    own.put("pekko.remote.artery.canonical.port", port);
    tls.ifPresent(
        files -> {
          own.put("pekko.remote.artery.transport", "tls-tcp");
          String engine = "pekko.remote.artery.ssl.rotating-keys-engine.";
          own.put(engine + "key-file", files.key().toString());
          own.put(engine + "cert-file", files.certificate().toString());
          own.put(engine + "ca-cert-file", files.authority().toString());
          own.put(
              engine + "ssl-context-cache-ttl",
              config.getDuration("dynode.cluster.tls-read-again"));
        });
    return ConfigFactory.parseMap(own)
        .withFallback(ClusterSerialization.ofMessages())
        .withFallback(ConfigFactory.parseResources(Membership.class, "cluster.conf"))
        .withFallback(Postgres.journalOf(config));
  }

  /** An address of IPv6 as other nodes spell it that look it up. */
  private String canonical() {
    return host.contains(":")
        ? Contacts.host(InetAddress.ofLiteral(host.replaceAll("[\\[\\]]", "")))
        : host;
  }

  /** Whether a cluster knows this node, which is not yet {@link #isUp} then. */
  public static boolean isLetIn(ActorSystem<?> system) {
    return !Cluster.get(system).selfMember().status().equals(MemberStatus.removed());
  }

  /** Whether this node is one of its cluster now. */
  public static boolean isUp(ActorSystem<?> system) {
    return Cluster.get(system).selfMember().status().equals(MemberStatus.up());
  }

  /**
   * Why this node, which {@link #isLetIn}, is not up yet, as far as it sees: a cluster decides
   * nothing while one of its members cannot be reached, or has not heard of what was decided last.
   */
  static String hindrance(ActorSystem<?> system) {
    CurrentClusterState state = Cluster.get(system).state();
    Set<Member> cutOff = state.getUnreachable();
    String apart = addresses(cutOff, member -> !GIVEN_UP.contains(member.status()));
    if (!apart.isEmpty()) {
      return apart + " cannot be reached by the others, and is not given up";
    }
    List<Member> members = new ArrayList<>();
    state.getMembers().forEach(members::add);
    String deaf =
        addresses(
            members,
            member ->
                DECIDES.contains(member.status())
                    && !cutOff.contains(member)
                    && !state.getSeenBy().contains(member.address()));
    return deaf.isEmpty() ? "its members have not all heard of it" : deaf + " has not heard of it";
  }

  private static String addresses(Collection<Member> members, Predicate<Member> which) {
    return members.stream()
        .filter(which)
        .map(member -> member.address().getHost().get() + ":" + member.address().getPort().get())
        .sorted()
        .collect(Collectors.joining(", "));
  }

  /** Runs once when the cluster has gone on without this node, on a thread of the cluster. */
  public static void whenRemoved(ActorSystem<?> system, Runnable then) {
    org.apache.pekko.cluster.Cluster.get(system.classicSystem()).registerOnMemberRemoved(then);
  }

  /** Host and port at which other nodes join this one. */
  public static String address(ActorSystem<?> system) {
    Address here = Cluster.get(system).selfMember().address();
    return here.getHost().orElseThrow() + ":" + here.getPort().orElseThrow();
  }

  /**
   * Asks these to let this node into their cluster, instead of those that were asked before; where
   * it is this node alone, it begins one.
   */
  static void join(ActorSystem<?> system, Set<String> nodes) {
    List<Address> seeds =
        nodes.stream()
            .map(
                node -> {
                  int colon = node.lastIndexOf(':');
                  return new Address(
                      "pekko",
                      system.name(),
                      node.substring(0, colon),
                      Integer.parseInt(node.substring(colon + 1)));
                })
            .toList();
    Cluster.get(system).manager().tell(new JoinSeedNodes(seeds));
  }
}
