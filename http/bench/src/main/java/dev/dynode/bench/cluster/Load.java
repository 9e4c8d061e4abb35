package dev.dynode.bench.cluster;

import dev.dynode.domain.id.AppId;
import dev.dynode.domain.view.DynoAnswer;
import dev.dynode.port.ControlPlane.Answer;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;

/** Creates of dynos, each begun as soon as one of those before is done. */
final class Load {
  private Load() {}

  /** Returns when all are over: their ends are journaled and their hosts have forgotten them. */
  static void lives(MeasuredCluster cluster, int count, int inFlight) throws IOException {
    drive(cluster, count, inFlight, true);
  }

  /** Returns when all are granted. */
  static void grants(MeasuredCluster cluster, int count, int inFlight) throws IOException {
    drive(cluster, count, inFlight, false);
  }

  private static void drive(MeasuredCluster cluster, int count, int inFlight, boolean whole)
      throws IOException {
    var room = new Semaphore(inFlight);
    var failure = new AtomicReference<String>();
    List<AppId> apps = cluster.apps();
    try {
      for (int i = 0; i < count && failure.get() == null; i++) {
        room.acquire();
        cluster
            .run(
                apps.get(i % apps.size()),
                _ -> {
                  if (whole) {
                    room.release();
                  }
                })
            .whenComplete(
                (answer, thrown) -> {
                  if (!(answer instanceof Answer.Done<DynoAnswer>)) {
                    failure.set(String.valueOf(thrown == null ? answer : thrown));
                    room.release(inFlight);
                  } else if (!whole) {
                    room.release();
                  }
                });
      }
      room.acquire(inFlight);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
    if (failure.get() != null) {
      throw new IOException("A dyno was not granted: " + failure.get());
    }
  }
}
