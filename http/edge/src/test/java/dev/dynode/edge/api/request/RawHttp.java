package dev.dynode.edge.api.request;

import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Requests as no client library would send them. */
public final class RawHttp {
  private RawHttp() {}

  /** An answer, byte for byte. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  public record Answer(int status, Map<String, String> headers, byte[] body) {
    String header(String name) {
      return headers.getOrDefault(name, "");
    }

    String text() {
      return new String(body, StandardCharsets.UTF_8);
    }
  }

  public static Answer get(ApiServer api, String path, String... headers) throws Exception {
    return send(api, "GET", path, new byte[0], headers);
  }

  /** With token and version, and a connection of its own, read to its end. */
  static Answer send(ApiServer api, String method, String path, byte[] body, String... headers)
      throws Exception {
    var head = new StringBuilder(method + " " + path + " HTTP/1.1\r\nHost: x\r\n");
    head.append("Connection: close\r\nAccept: " + ApiServer.ACCEPT + "\r\n");
    head.append("Authorization: Bearer " + api.token + "\r\n");
    for (String header : headers) {
      head.append(header).append("\r\n");
    }
    if (body.length > 0) {
      head.append("Content-Length: " + body.length + "\r\n");
    }
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), api.port())) {
      socket.setSoTimeout(20_000);
      socket.getOutputStream().write((head + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
      socket.getOutputStream().write(body);
      socket.getOutputStream().flush();
      return read(socket.getInputStream());
    }
  }

  private static Answer read(InputStream in) throws Exception {
    var head = new ByteArrayOutputStream();
    while (!head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
      int next = in.read();
      if (next < 0) {
        throw new AssertionError("closed after " + head);
      }
      head.write(next);
    }
    String[] lines = head.toString(StandardCharsets.ISO_8859_1).split("\r\n", -1);
    Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    for (int i = 1; i < lines.length; i++) {
      int colon = lines[i].indexOf(':');
      if (colon > 0) {
        headers.merge(
            lines[i].substring(0, colon).toLowerCase(Locale.ROOT),
            lines[i].substring(colon + 1).strip(),
            (one, other) -> one + ", " + other);
      }
    }
    return new Answer(Integer.parseInt(lines[0].split(" ", 3)[1]), headers, in.readAllBytes());
  }
}
