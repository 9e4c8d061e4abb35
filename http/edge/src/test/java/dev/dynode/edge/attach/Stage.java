package dev.dynode.edge.attach;

import com.typesafe.config.ConfigFactory;
import dev.dynode.cluster.tls.LocalAuthority;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.SSLContext;

/** A rendezvous server on a free port of the loopback, with its desk and its authority. */
final class Stage implements AutoCloseable {
  final PipeDesk desk = new PipeDesk();
  final RendezvousServer server;

  /** The same dynos through an edge, which hosts none. */
  final RendezvousServer edge;

  final Path authority;
  final SSLContext trust;

  /**
   * Serves.
   *
   * @param overrides of {@code dynode.rendezvous}, as in the configuration file
   */
  Stage(Path folder, String overrides) throws IOException {
    var tls = LocalAuthority.open(folder, null, InstantSource.system());
    var config =
        ConfigFactory.parseString("dynode.rendezvous {" + overrides + "}")
            .withFallback(ConfigFactory.defaultReference())
            .resolve();
    authority = tls.certificateFile();
    trust = LocalAuthority.trusting(authority);
    var anyPort = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    var settings = RendezvousSettings.from(config);
    server = new RendezvousServer(anyPort, tls.serverContext(), desk, settings);
    String host = anyPort.getAddress().getHostAddress() + ":" + server.port();
    edge =
        new RendezvousServer(
            anyPort,
            tls.serverContext(),
            new RelayGateway(_ -> CompletableFuture.completedFuture(host), trust, settings),
            settings);
  }

  Caller call() throws IOException {
    return new Caller(trust, server.port());
  }

  Caller call(String token) throws IOException {
    return call().send(token + "\r\n");
  }

  Caller callEdge(String token) throws IOException {
    return new Caller(trust, edge.port()).send(token + "\r\n");
  }

  @Override
  public void close() {
    edge.close();
    server.close();
    desk.close();
  }
}
