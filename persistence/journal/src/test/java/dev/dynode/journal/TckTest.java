package dev.dynode.journal;

import com.typesafe.config.Config;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.apache.pekko.persistence.CapabilityFlag;
import org.apache.pekko.persistence.japi.journal.JavaJournalSpec;
import org.apache.pekko.persistence.japi.snapshot.JavaSnapshotStoreSpec;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.scalatest.Args;
import org.scalatest.Reporter;
import org.scalatest.Suite;
import org.scalatest.events.Event;
import org.scalatest.events.SuiteAborted;
import org.scalatest.events.TestFailed;
import org.scalatest.events.TestSucceeded;
import scala.Option;

/** Pekko's own tests of a journal and of a snapshot store: each of its cases is a test here. */
@Tag("unit")
class TckTest {
  @TempDir Path folder;

  @TestFactory
  Stream<DynamicTest> journal() {
    return run(new JournalCases(TestNode.config(folder)), 17);
  }

  @TestFactory
  Stream<DynamicTest> snapshotStore() {
    return run(new SnapshotCases(TestNode.config(folder)), 10);
  }

  /** Runs the whole suite, which shares one actor system, and tells its cases apart. */
  private static Stream<DynamicTest> run(Suite suite, int atLeast) {
    List<DynamicTest> cases = new ArrayList<>();
    var count = new AtomicInteger();
    Reporter reporter =
        event -> {
          DynamicTest test = report(event);
          if (test != null) {
            count.incrementAndGet();
            cases.add(test);
          }
        };
    suite.run(
        Option.empty(),
        Args.apply(
            reporter,
            Args.apply$default$2(),
            Args.apply$default$3(),
            Args.apply$default$4(),
            Args.apply$default$5(),
            Args.apply$default$6(),
            Args.apply$default$7(),
            Args.apply$default$8(),
            Args.apply$default$9(),
            Args.apply$default$10()));
    cases.add(
        DynamicTest.dynamicTest(
            "cases run",
            () -> Assertions.assertTrue(count.get() >= atLeast, "only " + count.get())));
    return cases.stream();
  }

  private static @Nullable DynamicTest report(Event event) {
    return switch (event) {
      case TestSucceeded passed -> DynamicTest.dynamicTest(passed.testText(), () -> {});
      case TestFailed failed ->
          DynamicTest.dynamicTest(
              failed.testText(),
              () -> Assertions.fail(failed.message(), failed.throwable().getOrElse(() -> null)));
      case SuiteAborted aborted ->
          DynamicTest.dynamicTest(
              "suite",
              () -> Assertions.fail(aborted.message(), aborted.throwable().getOrElse(() -> null)));
      default -> null;
    };
  }

  private static final class JournalCases extends JavaJournalSpec {
    private static final long serialVersionUID = 1;

    private JournalCases(Config config) {
      super(config);
    }

    @Override
    public CapabilityFlag supportsRejectingNonSerializableObjects() {
      return CapabilityFlag.on();
    }

    @Override
    public CapabilityFlag supportsMetadata() {
      return CapabilityFlag.on();
    }
  }

  private static final class SnapshotCases extends JavaSnapshotStoreSpec {
    private static final long serialVersionUID = 1;

    private SnapshotCases(Config config) {
      super(config);
    }

    @Override
    public CapabilityFlag supportsMetadata() {
      return CapabilityFlag.on();
    }
  }
}
