package dev.dynode.postgres;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import javax.net.SocketFactory;
import jdk.net.ExtendedSocketOptions;

/**
 * Sockets on which a database that is silent is asked by the kernel whether it is still there: so a
 * connection that waits for news, or for a long answer, fails some ten seconds after its server has
 * vanished. Made by the driver, by name.
 */
public final class KeptAliveSockets extends SocketFactory {
  private static final int IDLE_SECONDS = 4;
  private static final int INTERVAL_SECONDS = 2;
  private static final int COUNT = 3;

  @Override
  public Socket createSocket() throws IOException {
    var socket = new Socket();
    socket.setKeepAlive(true);
    socket.setOption(ExtendedSocketOptions.TCP_KEEPIDLE, IDLE_SECONDS);
    socket.setOption(ExtendedSocketOptions.TCP_KEEPINTERVAL, INTERVAL_SECONDS);
    socket.setOption(ExtendedSocketOptions.TCP_KEEPCOUNT, COUNT);
    return socket;
  }

  @Override
  public Socket createSocket(String host, int port) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Socket createSocket(String host, int port, InetAddress from, int fromPort) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Socket createSocket(InetAddress host, int port) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Socket createSocket(InetAddress host, int port, InetAddress from, int fromPort) {
    throw new UnsupportedOperationException();
  }
}
