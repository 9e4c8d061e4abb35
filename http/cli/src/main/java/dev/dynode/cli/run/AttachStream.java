package dev.dynode.cli.run;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

/**
 * The bytes of one attached dyno, over TLS: the token of the {@code attach_url} is sent, one line
 * comes back, and from then on the connection is the process's input and output.
 */
public final class AttachStream implements Closeable {
  private static final Duration CONNECT = Duration.ofSeconds(10);
  private static final Duration FAREWELL = Duration.ofSeconds(1);

  /** More is no greeting. */
  private static final int LONGEST_GREETING = 1024;

  private final Socket plain;
  private final SSLSocket secure;

  private AttachStream(Socket plain, SSLSocket secure) {
    this.plain = plain;
    this.secure = secure;
  }

  /**
   * Dials and presents the token; the server's certificate must be valid for the host.
   *
   * @param halfClose the end of our input is the end of our half of the connection, so that every
   *     byte, 0x04 too, is data
   */
  public static AttachStream dial(URI attachUrl, SSLContext trust, boolean halfClose)
      throws IOException {
    Socket plain = new Socket();
    try {
      plain.connect(
          new InetSocketAddress(attachUrl.getHost(), attachUrl.getPort()),
          (int) CONNECT.toMillis());
      plain.setTcpNoDelay(true);
      plain.setKeepAlive(true);
      SSLSocket secure =
          (SSLSocket)
              trust
                  .getSocketFactory()
                  .createSocket(plain, attachUrl.getHost(), attachUrl.getPort(), true);
      SSLParameters parameters = secure.getSSLParameters();
      parameters.setEndpointIdentificationAlgorithm("HTTPS");
      parameters.setProtocols(new String[] {"TLSv1.3"}); // 1.2 cannot close one half
      secure.setSSLParameters(parameters);
      secure.startHandshake();
      secure
          .getOutputStream()
          .write((token(attachUrl, halfClose) + "\r\n").getBytes(StandardCharsets.UTF_8));
      return new AttachStream(plain, secure);
    } catch (IOException | RuntimeException e) {
      plain.close();
      throw e;
    }
  }

  private static String token(URI attachUrl, boolean halfClose) {
    String path = attachUrl.getRawPath().substring(1);
    String query = attachUrl.getRawQuery() == null ? "" : "?" + attachUrl.getRawQuery();
    return path + query + (!halfClose ? "" : query.isEmpty() ? "?half-close" : "&half-close");
  }

  /** Waits for the server's line and drops it; false if the connection ends before it. */
  public boolean greeted() throws IOException {
    InputStream in = secure.getInputStream();
    for (int length = 0; length < LONGEST_GREETING; length++) {
      int next = in.read();
      if (next < 0) {
        return false;
      }
      if (next == '\n') {
        return true;
      }
    }
    throw new IOException("the server's greeting has no end");
  }

  /** What the process prints; its end is the end of the connection. */
  public InputStream output() throws IOException {
    return secure.getInputStream();
  }

  /** What the process reads. */
  public OutputStream input() throws IOException {
    return secure.getOutputStream();
  }

  /** No more input; output goes on. */
  public void endInput() throws IOException {
    secure.shutdownOutput();
  }

  /** Says goodbye if that is possible within a second (a blocked write may hold it up). */
  @Override
  public void close() {
    Thread farewell = Thread.ofVirtual().start(() -> closeQuietly(secure));
    try {
      boolean ignored = farewell.join(FAREWELL);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    closeQuietly(plain);
  }

  private static void closeQuietly(Socket socket) {
    try {
      socket.close();
    } catch (IOException gone) {
      // which is what was wanted
    }
  }
}
