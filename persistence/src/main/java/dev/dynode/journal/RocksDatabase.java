package dev.dynode.journal;

import org.apache.pekko.actor.AbstractExtensionId;
import org.apache.pekko.actor.ClassicActorSystemProvider;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.actor.Extension;
import org.apache.pekko.actor.ExtensionIdProvider;

/**
 * The one database of an actor system, shared by journal, snapshot store and queries: opened by the
 * first that asks, closed when the system has terminated and all its actors are gone. A node should
 * ask for it first thing, to learn at once that its data folder is in use.
 */
public final class RocksDatabase implements Extension {
  private static final Id ID = new Id();

  final JournalSettings settings;
  final Store store;
  final GroupCommit commits;

  private RocksDatabase(ExtendedActorSystem system) {
    settings = JournalSettings.of(system.settings().config().getConfig("dynode.journal"));
    store = new Store(settings);
    commits = new GroupCommit(store, settings);
    system.registerOnTermination(
        (Runnable)
            () -> {
              commits.close();
              store.close();
            });
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
