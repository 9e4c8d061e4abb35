package dev.dynode.edge.attach;

import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Who is connected: those that have not shown a token, in order of arrival, and the attached. */
final class AttachLimits {
  private final int maxWaiting;
  private final int maxAttached;
  private final Set<AttachConnection> waiting = new LinkedHashSet<>();
  private final Set<AttachConnection> attached = new LinkedHashSet<>();

  AttachLimits(RendezvousSettings settings) {
    maxWaiting = settings.maxUnauthenticated();
    maxAttached = settings.maxAttached();
  }

  /**
   * Lets a new connection in.
   *
   * @return the oldest one without a token, to be closed for it, or {@code null}
   */
  synchronized @Nullable AttachConnection arrive(AttachConnection dialler) {
    AttachConnection oldest = null;
    if (waiting.size() >= maxWaiting) {
      Iterator<AttachConnection> all = waiting.iterator();
      oldest = all.next();
      all.remove();
    }
    waiting.add(dialler);
    return oldest;
  }

  synchronized void showedToken(AttachConnection dialler) {
    waiting.remove(dialler);
  }

  /** False if the host is full. */
  synchronized boolean enter(AttachConnection dialler) {
    return attached.size() < maxAttached && attached.add(dialler);
  }

  synchronized void leave(AttachConnection dialler) {
    attached.remove(dialler);
    notifyAll();
  }

  synchronized List<AttachConnection> waiting() {
    return List.copyOf(waiting);
  }

  synchronized List<AttachConnection> attached() {
    return List.copyOf(attached);
  }

  synchronized void awaitEmpty(Duration limit) throws InterruptedException {
    long end = System.nanoTime() + limit.toNanos();
    long left = limit.toMillis();
    while (!attached.isEmpty() && left > 0) {
      wait(left);
      left = (end - System.nanoTime()) / 1_000_000;
    }
  }
}
