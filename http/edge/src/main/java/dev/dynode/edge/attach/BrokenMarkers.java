package dev.dynode.edge.attach;

import java.io.IOException;

/**
 * Sends what a program prints so that nothing in it is an exit-status line to the heroku command:
 * the same bytes, but a record ends behind U+FFFF. For one thread.
 */
final class BrokenMarkers implements OutputSink {
  private final TlsChannel wire;

  /** How much of U+FFFF was sent last. */
  private int sign;

  BrokenMarkers(TlsChannel wire) {
    this.wire = wire;
  }

  @Override
  public void send(byte[] chunk, int length) throws IOException {
    int from = 0;
    for (int i = 0; i < length; i++) {
      sign = ExitMarker.sign(chunk[i], sign);
      if (sign == ExitMarker.SIGN_BYTES && i + 1 < length && chunk[i + 1] == ' ') {
        wire.write(chunk, from, i + 1 - from);
        from = i + 1;
      }
    }
    wire.write(chunk, from, length - from);
  }
}
