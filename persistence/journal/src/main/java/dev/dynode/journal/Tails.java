package dev.dynode.journal;

import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/** The live readers, each woken by the writer when there is something new for it: nobody polls. */
final class Tails {
  private final Set<Tail> ofAll = ConcurrentHashMap.newKeySet();
  private final ConcurrentHashMap<String, Set<Tail>> ofOne = new ConcurrentHashMap<>();

  /** A reader of the whole journal. */
  Tail open() {
    var tail = new Tail();
    ofAll.add(tail);
    return tail;
  }

  /** A reader of one id. */
  Tail open(String persistenceId) {
    var tail = new Tail();
    ofOne.compute(
        persistenceId,
        (_, tails) -> {
          Set<Tail> all = tails == null ? ConcurrentHashMap.newKeySet() : tails;
          all.add(tail);
          return all;
        });
    return tail;
  }

  void close(Tail tail) {
    ofAll.remove(tail);
  }

  void close(String persistenceId, Tail tail) {
    ofOne.computeIfPresent(
        persistenceId,
        (_, tails) -> {
          tails.remove(tail);
          return tails.isEmpty() ? null : tails;
        });
  }

  int count() {
    return ofAll.size() + ofOne.values().stream().mapToInt(Set::size).sum();
  }

  void wake(Set<String> persistenceIds) {
    if (persistenceIds.isEmpty()) {
      return;
    }
    ofAll.forEach(Tail::wake);
    if (!ofOne.isEmpty()) {
      for (String id : persistenceIds) {
        Set<Tail> tails = ofOne.get(id);
        if (tails != null) {
          tails.forEach(Tail::wake);
        }
      }
    }
  }

  /** One live reader. It takes {@link #next} first, reads, and waits for it if it read nothing. */
  static final class Tail {
    private CompletableFuture<Void> next = new CompletableFuture<>();

    synchronized CompletableFuture<Void> next() {
      return next;
    }

    private void wake() {
      CompletableFuture<Void> now;
      synchronized (this) {
        now = next;
        next = new CompletableFuture<>();
      }
      now.complete(null);
    }
  }
}
