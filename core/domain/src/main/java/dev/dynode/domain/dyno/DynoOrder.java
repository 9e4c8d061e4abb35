package dev.dynode.domain.dyno;

import dev.dynode.domain.id.HostId;
import java.time.Instant;
import java.util.Optional;

/** What the world should be made to do about a dyno. Idempotent, fenced by generation. */
public sealed interface DynoOrder {
  /** What the dyno's host is to do. */
  sealed interface ForHost extends DynoOrder {
    HostId host();

    int generation();
  }

  /** What the dyno's app is to do. */
  sealed interface ForApp extends DynoOrder {}

  /** Find a host that keeps a place for this launch, and place the dyno there. */
  record ChooseHost(int generation) implements ForApp {}

  /** Make the file system ready on the host; it reports {@code ReportPrepared}. */
  record PrepareFiles(HostId host, int generation) implements ForHost {}

  /** Start the command unless this generation was started before. */
  record StartProcess(HostId host, int generation) implements ForHost {}

  /** Ask the host what became of this launch. */
  record AskHost(HostId host, int generation) implements ForHost {}

  record SignalProcess(HostId host, int generation, StopSignal signal) implements ForHost {}

  record ResizeTerminal(HostId host, int generation, int columns, int rows) implements ForHost {}

  /** Close the client's connection and tell it why. */
  record CloseAttach(HostId host, int generation, String reason) implements ForHost {}

  /** Throw the file system away. */
  record DiscardFiles(HostId host, int generation) implements ForHost {}

  record ArmTimer(DynoTimer timer, Instant at) implements DynoOrder {}

  record DisarmTimer(DynoTimer timer) implements DynoOrder {}

  /** A line {@code heroku[<dyno>]: text} in the app's log. */
  record WriteLog(Instant at, String text) implements DynoOrder {}

  /** Tell the app that the dyno's slot is free. Repeated until the app has it. */
  record ReportRetired(DynoEvent.Ending ending, Optional<Integer> status, Instant at)
      implements ForApp {}

  /** The signals that end a dyno, each sent to all its processes. */
  enum StopSignal {
    HANGUP,
    TERMINATE,
    KILL
  }
}
