package dev.dynode.rendezvous;

import com.typesafe.config.ConfigFactory;
import dev.dynode.tls.LocalAuthority;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.InstantSource;
import javax.net.ssl.SSLContext;

/** A rendezvous server on a free port of the loopback, with its desk and its authority. */
final class Stage implements AutoCloseable {
  final PipeDesk desk = new PipeDesk();
  final RendezvousServer server;
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
    server =
        new RendezvousServer(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            tls.serverContext(),
            desk,
            RendezvousSettings.from(config));
  }

  Caller call() throws IOException {
    return new Caller(trust, server.port());
  }

  Caller call(String token) throws IOException {
    return call().send(token + "\r\n");
  }

  @Override
  public void close() {
    server.close();
    desk.close();
  }
}
