package dev.dynode.edge.api.context;

import dev.dynode.domain.history.Divergence;
import dev.dynode.domain.history.VerificationResult;
import dev.dynode.domain.id.AppId;
import dev.dynode.domain.id.DynoId;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.stream.Stream;

/** The journal as a whole. Thread-safe; blocks for as long as it takes. */
public interface Archive {
  /** What a history file is made of. */
  sealed interface Scope {
    record Everything() implements Scope {}

    /** The app and its dynos. */
    record OfApp(AppId app) implements Scope {}

    record OfDyno(DynoId dyno) implements Scope {}
  }

  /**
   * The lines of a history file, to be closed.
   *
   * @param secrets whether the values of variables are in it
   */
  Stream<String> export(Scope scope, boolean secrets);

  /**
   * Replays everything with today's rules and compares it with all that was kept of it, and with
   * the live actors.
   *
   * @param found told each divergence
   * @param progress told now and then how many events were replayed
   */
  VerificationResult verify(Consumer<Divergence> found, LongConsumer progress);

  /** How many events there are, for who wants to show progress. */
  long events();
}
