package dev.dynode.journal;

import com.typesafe.config.Config;
import org.apache.pekko.actor.AbstractExtensionId;
import org.apache.pekko.actor.ClassicActorSystemProvider;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.actor.Extension;
import org.apache.pekko.actor.ExtensionIdProvider;
import org.apache.pekko.actor.setup.Setup;

/**
 * The one database of an actor system, shared by journal, snapshot store and queries: opened by the
 * first that asks, or before the system is made ({@link #open}), and closed when the system has
 * terminated and all its actors are gone.
 */
public final class RocksDatabase implements Extension {
  private static final Id ID = new Id();

  final JournalSettings settings;
  final Store store;
  final GroupCommit commits;

  private RocksDatabase(ExtendedActorSystem system) {
    settings = JournalSettings.of(system.settings().config().getConfig("dynode.journal"));
    store =
        system
            .settings()
            .setup()
            .get(Opened.class)
            .map(opened -> opened.store)
            .orElseGet(() -> new Store(settings));
    commits = new GroupCommit(store, settings);
    system.registerOnTermination(
        (Runnable)
            () -> {
              commits.close();
              store.close();
            });
  }

  /** A database that is open before the actor system that is to use it is there. */
  public static final class Opened extends Setup implements AutoCloseable {
    private final Store store;

    private Opened(Store store) {
      this.store = store;
    }

    /** Only where no actor system has got it. */
    @Override
    public void close() {
      store.close();
    }
  }

  /**
   * Opens it for an actor system with this configuration, to which it is given as one of its
   * setups: a node then knows that its journal is whole before it does anything else.
   *
   * @throws JournalUnavailable if another node uses the folder, or it is damaged
   */
  public static Opened open(Config config) {
    return new Opened(new Store(JournalSettings.of(config.getConfig("dynode.journal"))));
  }

  /**
   * Opens the database, or returns it.
   *
   * @throws JournalUnavailable if another node uses the folder, or it is damaged
   */
  public static RocksDatabase get(ClassicActorSystemProvider system) {
    return ID.get(system);
  }

  private static final class Id extends AbstractExtensionId<RocksDatabase>
      implements ExtensionIdProvider {
    @Override
    public RocksDatabase createExtension(ExtendedActorSystem system) {
      return new RocksDatabase(system);
    }

    @Override
    public Id lookup() {
      return this;
    }
  }
}
