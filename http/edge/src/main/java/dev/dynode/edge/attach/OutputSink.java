package dev.dynode.edge.attach;

import dev.dynode.port.AttachGateway.Attachment;
import java.io.IOException;

/**
 * How a program's output becomes TLS records. The heroku command takes the first exit-status line
 * that one record holds for the program's end, whether or not it asked for one.
 */
interface OutputSink {
  /** The one that fits what may print such a line. */
  static OutputSink of(Attachment attachment, TlsChannel wire, RendezvousSettings settings) {
    if (attachment.relayed()) {
      return (chunk, length) -> wire.write(chunk, 0, length);
    }
    return attachment.printsMarker()
        ? new WholeMarkers(wire, settings.markerHold())
        : new BrokenMarkers(wire);
  }

  /** Sends, or holds the last few bytes for a moment. */
  void send(byte[] chunk, int length) throws IOException;

  /** Sends what is held. */
  default void flush() throws IOException {
    // nothing is
  }
}
