package dev.dynode.node;

import com.fasterxml.jackson.databind.JsonNode;
import dev.dynode.cluster.tls.LocalAuthority;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import javax.net.ssl.SSLSocket;

/** A client attached to a dyno over TLS, as {@code heroku run} dials it. */
final class Dialled implements AutoCloseable {
  private static final int PATIENCE_MILLIS = 60_000;

  private final SSLSocket socket;
  private final StringBuilder seen = new StringBuilder();

  /** Dials, shows the token and reads the greeting. */
  Dialled(NodeProcess node, JsonNode dyno) throws Exception {
    URI address = URI.create(dyno.path("attach_url").asText());
    socket =
        (SSLSocket)
            LocalAuthority.trusting(node.authority())
                .getSocketFactory()
                .createSocket(address.getHost(), address.getPort());
    socket.setSoTimeout(PATIENCE_MILLIS);
    type(address.getPath().substring(1) + "\r\n");
    until("rendezvous\r\n");
  }

  void type(String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
    socket.getOutputStream().flush();
  }

  /** Reads until this was received; returns everything since the dial. */
  String until(String text) throws IOException {
    byte[] buffer = new byte[4096];
    while (seen.indexOf(text) < 0) {
      int n = socket.getInputStream().read(buffer);
      if (n < 0) {
        throw new IOException("closed before \"" + text + "\": " + seen);
      }
      seen.append(new String(buffer, 0, n, StandardCharsets.UTF_8));
    }
    return seen.toString();
  }

  /** Reads until the server closes. */
  String rest() throws IOException {
    byte[] buffer = new byte[4096];
    for (int n = socket.getInputStream().read(buffer);
        n >= 0;
        n = socket.getInputStream().read(buffer)) {
      seen.append(new String(buffer, 0, n, StandardCharsets.UTF_8));
    }
    return seen.toString();
  }

  /** Reads until the connection ends, in whatever way. */
  String toTheEnd() {
    try {
      return rest();
    } catch (IOException gone) {
      return seen.toString();
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
