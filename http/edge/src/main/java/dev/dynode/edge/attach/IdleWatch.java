package dev.dynode.edge.attach;

import dev.dynode.port.AttachGateway.Attachment;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Tells the dyno that no byte has moved for a while: one timer per connection, none per byte. */
final class IdleWatch {
  private final TlsChannel wire;
  private final Attachment attachment;
  private boolean stopped;
  private TlsChannel.@Nullable Deadline next;

  IdleWatch(TlsChannel wire, Attachment attachment) {
    this.wire = wire;
    this.attachment = attachment;
  }

  synchronized void start() {
    arm(attachment.idleAfter().toNanos());
  }

  synchronized void stop() {
    stopped = true;
    if (next != null) {
      next.cancel();
    }
  }

  private synchronized void arm(long nanos) {
    if (!stopped) {
      next = wire.after(Duration.ofNanos(nanos), this::check);
    }
  }

  private void check() {
    long limit = attachment.idleAfter().toNanos();
    long silent = System.nanoTime() - wire.lastByte();
    if (silent >= limit) {
      attachment.idle(wire.lastByteAt());
      arm(limit);
    } else {
      arm(limit - silent);
    }
  }
}
