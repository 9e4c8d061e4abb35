package dev.dynode.cluster.discovery;

import com.typesafe.config.Config;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.ExtendedResolver;
import org.xbill.DNS.Lookup;
import org.xbill.DNS.Record;
import org.xbill.DNS.Resolver;
import org.xbill.DNS.SimpleResolver;
import org.xbill.DNS.TextParseException;

/** Name servers, asked anew each time: nothing they have said is remembered. */
record NameServers(List<String> servers, Duration within) {
  private static final int PORT = 53;

  NameServers(Config discovery) {
    this(discovery.getStringList("name-servers"), discovery.getDuration("answer-within"));
  }

  /**
   * All records of a name, which is completed by the search domains of this machine.
   *
   * @param type as {@link org.xbill.DNS.Type} counts them
   * @return none where the name has none of this type
   * @throws IOException where the name is not known, or no server answers
   */
  List<Record> records(String name, int type) throws IOException {
    try {
      var lookup = new Lookup(name, type);
      lookup.setResolver(resolver());
      lookup.setCache(null); // one of its own
      Record @Nullable [] found = lookup.run();
      return switch (lookup.getResult()) {
        case Lookup.SUCCESSFUL -> found == null ? List.of() : List.of(found);
        case Lookup.TYPE_NOT_FOUND -> List.of();
        case Lookup.HOST_NOT_FOUND -> throw new IOException("is a name that no name server knows");
        default -> throw new IOException("cannot be looked up: " + lookup.getErrorString().strip());
      };
    } catch (TextParseException e) {
      throw new IOException("is not a name: " + e.getMessage(), e);
    }
  }

  private Resolver resolver() throws UnknownHostException {
    List<Resolver> each = new ArrayList<>();
    for (String server : servers) {
      int colon = server.lastIndexOf(':');
      each.add(
          new SimpleResolver(
              colon < 0
                  ? new InetSocketAddress(server, PORT)
                  : new InetSocketAddress(
                      server.substring(0, colon), Integer.parseInt(server.substring(colon + 1)))));
    }
    var resolver = each.isEmpty() ? new ExtendedResolver() : new ExtendedResolver(each);
    resolver.setTimeout(within);
    resolver.setRetries(1);
    return resolver;
  }
}
