package dev.dynode.edge.attach;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardSocketOptions;
import jdk.net.ExtendedSocketOptions;

/** Accepts TCP connections, set up as the rendezvous server wants them. */
final class Listener extends ServerSocket {
  private final RendezvousSettings.KeepAlive keepAlive;

  Listener(InetSocketAddress bind, RendezvousSettings settings) throws IOException {
    super();
    keepAlive = settings.keepAlive();
    try {
      setReuseAddress(true);
      bind(bind, settings.backlog());
    } catch (IOException e) {
      close();
      throw e;
    }
  }

  @Override
  public Line accept() throws IOException {
    var line = new Line();
    try {
      implAccept(line);
      line.setTcpNoDelay(true);
      line.keepAlive(keepAlive);
      return line;
    } catch (IOException e) {
      line.close();
      throw e;
    }
  }

  /**
   * A TCP connection that remembers whether it was cut. TLS (as the JDK does it) reports the bare
   * end of the TCP stream and the client's close_notify alike.
   */
  static final class Line extends Socket {
    private volatile boolean cut;

    /** Whether the end of the TCP stream was read, which after a close_notify nobody does. */
    boolean cut() {
      return cut;
    }

    @Override
    public InputStream getInputStream() throws IOException {
      return new FilterInputStream(super.getInputStream()) {
        @Override
        public int read() throws IOException {
          return noted(super.read());
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
          return noted(super.read(buffer, offset, length));
        }

        private int noted(int result) {
          if (result < 0) {
            cut = true;
          }
          return result;
        }
      };
    }

    private void keepAlive(RendezvousSettings.KeepAlive keepAlive) throws IOException {
      setOption(StandardSocketOptions.SO_KEEPALIVE, true);
      if (supportedOptions().contains(ExtendedSocketOptions.TCP_KEEPIDLE)) {
        setOption(
            ExtendedSocketOptions.TCP_KEEPIDLE, Math.toIntExact(keepAlive.idle().toSeconds()));
        setOption(
            ExtendedSocketOptions.TCP_KEEPINTERVAL,
            Math.toIntExact(keepAlive.interval().toSeconds()));
        setOption(ExtendedSocketOptions.TCP_KEEPCOUNT, keepAlive.count());
      }
    }
  }
}
