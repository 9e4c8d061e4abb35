package dev.dynode.edge.attach;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/** A client over TLS, record by record. Every wait ends after 20 s with an exception. */
final class Caller implements AutoCloseable {
  static final String GREETING = "rendezvous\r\n";

  private final Socket line;
  private final SSLSocket tls;
  private final byte[] buffer = new byte[32 * 1024];

  Caller(SSLContext trust, int port) throws IOException {
    var loopback = InetAddress.getLoopbackAddress();
    line = new Socket(loopback, port);
    line.setTcpNoDelay(true);
    line.setSoTimeout(20_000);
    tls =
        (SSLSocket)
            trust.getSocketFactory().createSocket(line, loopback.getHostAddress(), port, true);
    var parameters = tls.getSSLParameters();
    parameters.setEndpointIdentificationAlgorithm("HTTPS");
    tls.setSSLParameters(parameters);
    tls.startHandshake();
  }

  /** One record with these characters as bytes of UTF-8. */
  Caller send(String text) throws IOException {
    return send(text.getBytes(StandardCharsets.UTF_8));
  }

  Caller send(byte[] bytes) throws IOException {
    tls.getOutputStream().write(bytes);
    return this;
  }

  Caller endOfInput() throws IOException {
    return send(new byte[] {4});
  }

  /** What one record held; empty once the server has closed. */
  String record() throws IOException {
    int n = tls.getInputStream().read(buffer);
    return n < 0 ? "" : new String(buffer, 0, n, StandardCharsets.UTF_8);
  }

  /** The bytes of one record; none once the server has closed. */
  byte[] bytes() throws IOException {
    int n = tls.getInputStream().read(buffer);
    return Arrays.copyOf(buffer, Math.max(n, 0));
  }

  /** Reads on until this was seen. */
  String until(String end) throws IOException {
    var text = new StringBuilder();
    while (text.indexOf(end) < 0) {
      String next = record();
      if (next.isEmpty()) {
        throw new IOException("closed after: " + text);
      }
      text.append(next);
    }
    return text.toString();
  }

  /** Everything up to the server's close. */
  String rest() throws IOException {
    return new String(tls.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
  }

  InputStream input() throws IOException {
    return tls.getInputStream();
  }

  /** Sends close_notify and ends our direction only. */
  void halfClose() throws IOException {
    tls.shutdownOutput();
  }

  /** Ends the TCP connection without a close_notify. */
  void cut() throws IOException {
    line.close();
  }

  /** Ends the TCP connection with a reset. */
  void reset() throws IOException {
    line.setSoLinger(true, 0);
    line.close();
  }

  @Override
  public void close() throws IOException {
    tls.close();
  }

  @Override
  public String toString() {
    return "Caller" + Arrays.toString(tls.getLocalAddress().getAddress());
  }
}
