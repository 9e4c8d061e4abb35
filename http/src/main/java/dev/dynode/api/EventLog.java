package dev.dynode.api;

import dev.dynode.domain.id.DynoId;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** Reads the journal. Thread-safe, never blocks. */
public interface EventLog {
  /** Everything that happened to the dyno, oldest first; empty for one that never was. */
  CompletionStage<List<EventLine>> ofDyno(DynoId dyno);
}
