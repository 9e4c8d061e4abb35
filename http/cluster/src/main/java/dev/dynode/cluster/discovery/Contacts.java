package dev.dynode.cluster.discovery;

import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Set;

/** Nodes to join, as one word of {@code --join} finds them; {@code toString} is that word. */
public interface Contacts {
  /**
   * Host and port of each, looked up now; waits a few times {@code answer-within} at most.
   *
   * @throws IOException where they cannot be looked up; its message goes on after the word
   */
  Set<String> addresses() throws IOException;

  /** What a node at this address calls its host. */
  static String host(InetAddress address) {
    String host = address.getHostAddress();
    return address instanceof Inet6Address ? "[" + host + "]" : host;
  }

  /** One node, whose name is looked up by whoever connects. */
  record FixedNode(String word) implements Contacts {
    @Override
    public Set<String> addresses() {
      return Set.of(word);
    }

    @Override
    public String toString() {
      return word;
    }
  }
}
