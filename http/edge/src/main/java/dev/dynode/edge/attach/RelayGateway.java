package dev.dynode.edge.attach;

import dev.dynode.port.AttachGateway;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.function.Function;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

/**
 * The desk of an edge, where hosts are not to be reached from outside: shows the client's token at
 * the rendezvous of the dyno's host, and is that connection's other end. Whether the token is good
 * is the host's to say.
 *
 * @param host where the dyno of a token is: host and port; fails with {@link AttachGateway.Refused}
 * @param trust what the hosts' certificates are checked by
 */
public record RelayGateway(
    Function<String, CompletionStage<String>> host, SSLContext trust, RendezvousSettings settings)
    implements AttachGateway {
  private static final Executor WAITING = Executors.newVirtualThreadPerTaskExecutor();
  private static final byte[] GREETING = "rendezvous\r\n".getBytes(StandardCharsets.US_ASCII);

  @Override
  public CompletionStage<Attachment> present(String token, Client client) {
    return host.apply(token)
        .thenApplyAsync(
            at -> {
              try {
                return dial(at, token + (client.halfCloses() ? TokenLine.HALF_CLOSE : ""));
              } catch (IOException e) {
                throw new CompletionException(
                    new Refused("The host of this dyno cannot be reached: " + e.getMessage()));
              }
            },
            WAITING);
  }

  private Attachment dial(String at, String line) throws IOException {
    URI address = URI.create("rendezvous://" + at);
    SSLSocket socket = (SSLSocket) trust.getSocketFactory().createSocket();
    try {
      int patience = Math.toIntExact(settings.handshakeTimeout().toMillis());
      socket.connect(new InetSocketAddress(address.getHost(), address.getPort()), patience);
      socket.setTcpNoDelay(true);
      socket.setSoTimeout(patience);
      SSLParameters parameters = socket.getSSLParameters();
      parameters.setEndpointIdentificationAlgorithm("HTTPS");
      socket.setSSLParameters(parameters);
      socket.startHandshake();
      socket.getOutputStream().write((line + "\r\n").getBytes(StandardCharsets.US_ASCII));
      socket.setSoTimeout(Math.toIntExact(settings.startTimeout().toMillis()));
      if (socket.getInputStream().readNBytes(GREETING.length).length < GREETING.length) {
        throw new EOFException("it closed the connection");
      }
      socket.setSoTimeout(0);
      return new Relay(socket);
    } catch (IOException | RuntimeException e) {
      socket.close();
      throw e;
    }
  }
}
