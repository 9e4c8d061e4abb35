package dev.dynode.node;

import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What is said where a port cannot be had: whoever started the node knows it by its option. */
final class Ports {
  private static final Logger LOG = LoggerFactory.getLogger(Ports.class);

  private Ports() {}

  /**
   * Does what takes a port.
   *
   * @param option that chooses it
   * @throws IOException in one sentence, where the port cannot be had
   */
  static <T> T bind(String option, String host, int port, Callable<T> binding) throws Exception {
    try (var trial = new ServerSocket()) { // or Pekko would log what it meets
      trial.bind(new InetSocketAddress(host, port));
    } catch (BindException e) {
      throw said(option, host, port, e);
    } catch (IOException e) {
      LOG.debug("no trial of {} of {}", option, host, e); // what binds in earnest knows better
    }
    try {
      return binding.call();
    } catch (Exception e) {
      throw said(option, host, port, e);
    }
  }

  private static Exception said(String option, String host, int port, Exception e) {
    String why = why(e);
    return why.isEmpty()
        ? e
        : new IOException(
            switch (why) {
              case "Address already in use" ->
                  "Port %d of %s is taken by another program; stop that one, or give this node another %s (0 for a free one)."
                      .formatted(port, host, option);
              case "Permission denied" ->
                  "Port %d of %s wants more rights than this user has; give this node another %s."
                      .formatted(port, host, option);
              default ->
                  "%s is no address of this machine, so nothing can listen there on port %d of %s."
                      .formatted(host, port, option);
            },
            e);
  }

  private static String why(Exception e) {
    for (@Nullable Throwable at = e; at != null; at = at.getCause()) {
      String said = String.valueOf(at.getMessage());
      for (String known :
          new String[] {
            "Address already in use", "Permission denied", "Cannot assign requested address"
          }) {
        if (said.contains(known) && (at instanceof BindException || said.contains("ind"))) {
          return known;
        }
      }
    }
    return "";
  }
}
