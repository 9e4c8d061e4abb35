package dev.dynode.cluster.discovery;

import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import org.xbill.DNS.AAAARecord;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.Record;
import org.xbill.DNS.SRVRecord;
import org.xbill.DNS.Type;

/**
 * Nodes that a name of a DNS stands for.
 *
 * @param port of all addresses of the name; none: the name has service records, which say it
 */
record NamedNodes(String word, String name, Optional<Integer> port, NameServers servers)
    implements Contacts {
  @Override
  public Set<String> addresses() throws IOException {
    Set<String> found = new LinkedHashSet<>();
    int[] types = port.isPresent() ? new int[] {Type.A, Type.AAAA} : new int[] {Type.SRV};
    for (int type : types) {
      for (Record answer : servers.records(name, type)) {
        switch (answer) {
          case ARecord a -> found.add(Contacts.host(a.getAddress()) + ":" + port.orElseThrow());
          case AAAARecord a -> found.add(Contacts.host(a.getAddress()) + ":" + port.orElseThrow());
          case SRVRecord service ->
              found.add(service.getTarget().toString(true) + ":" + service.getPort());
          default -> throw new AssertionError("not asked for: " + answer);
        }
      }
    }
    return found;
  }

  @Override
  public String toString() {
    return word;
  }
}
