package dev.dynode.cluster;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/**
 * Why a node that was asked to let this one into its cluster may be silent: Pekko only tries again.
 */
final class TlsProbe {
  private static final int WAIT_MILLIS = 3000;
  private static final String NO_TLS =
      "does not speak TLS as this node does: start both with --cluster-tls, or neither";
  private static final String WANTS_TLS =
      "speaks TLS, with nodes that show it a certificate: give this node --cluster-tls";
  private static final String SILENT =
      "listens, but is not in a cluster itself, or has another name for itself";
  private static final String TRUSTING =
      "trusts this node, and is not in a cluster itself, or has this node under another name";
  private static final String MEMBER =
      "is a member, and has not answered yet: it must reach this node at its --cluster-host and --cluster-port";

  private TlsProbe() {}

  /**
   * Connects as Pekko does, and looks at what happens; waits up to six seconds.
   *
   * @param node host and port
   * @param member whether the database knows it as one
   * @return what is known of it, as the end of a sentence that begins with its address
   */
  static String at(String node, Optional<Membership.Tls> tls, boolean member) {
    int colon = node.lastIndexOf(':');
    try (var socket = new Socket()) {
      socket.connect(
          new InetSocketAddress(
              node.substring(0, colon), Integer.parseInt(node.substring(colon + 1))),
          WAIT_MILLIS);
      socket.setSoTimeout(WAIT_MILLIS);
      String seen = tls.isPresent() ? trusted(socket, tls.get()) : plain(socket);
      return member && (seen.equals(SILENT) || seen.equals(TRUSTING)) ? MEMBER : seen;
    } catch (UnknownHostException e) {
      return "has a name that no name server knows";
    } catch (SocketTimeoutException e) {
      return "cannot be reached";
    } catch (IOException e) {
      return "does not answer (" + e.getMessage() + ")";
    }
  }

  private static String trusted(Socket socket, Membership.Tls tls) throws IOException {
    SSLContext context = tls.read().context();
    try (SSLSocket talk = over(context, socket)) {
      talk.startHandshake();
      try {
        return talk.getInputStream().read() < 0
            ? "closed the connection; its certificate and this node's must have a name in common"
            : "speaks something else";
      } catch (SocketTimeoutException e) {
        return TRUSTING;
      } catch (SSLException | EOFException e) {
        return "refuses this node's certificate "
            + tls.certificate()
            + " ("
            + e.getMessage()
            + "): another authority signed its own, or its clock is another";
      }
    } catch (SocketTimeoutException | EOFException e) {
      return NO_TLS;
    } catch (SSLException e) {
      return aboutCertificate(e)
          ? "has a certificate that the authority in "
              + tls.authority()
              + " did not sign, or that has expired"
          : NO_TLS;
    }
  }

  private static String plain(Socket socket) throws IOException {
    try (SSLSocket talk = over(SSLContext.getDefault(), socket)) {
      talk.startHandshake();
      return WANTS_TLS;
    } catch (SSLException e) {
      return aboutCertificate(e) ? WANTS_TLS : SILENT;
    } catch (SocketTimeoutException | EOFException | SocketException e) {
      return SILENT; // Pekko hangs up on what is not its own
    } catch (GeneralSecurityException e) {
      throw new IOException(e);
    }
  }

  private static SSLSocket over(SSLContext context, Socket socket) throws IOException {
    return (SSLSocket)
        context
            .getSocketFactory()
            .createSocket(socket, socket.getInetAddress().getHostAddress(), socket.getPort(), true);
  }

  private static boolean aboutCertificate(Throwable e) {
    for (@Nullable Throwable at = e; at != null; at = at.getCause()) {
      if (at instanceof CertificateException) {
        return true;
      }
    }
    return false;
  }
}
