package dev.dynode.node;

import com.typesafe.config.Config;
import dev.dynode.cluster.tls.LocalAuthority;
import dev.dynode.domain.id.SlugId;
import dev.dynode.edge.api.context.SlugArchives;
import dev.dynode.edge.api.request.Tokens;
import dev.dynode.port.LogStore;
import dev.dynode.port.SlugStore;
import dev.dynode.postgres.HostNameLease;
import dev.dynode.postgres.Postgres;
import dev.dynode.postgres.PostgresLogStore;
import dev.dynode.postgres.PostgresSlugStore;
import dev.dynode.postgres.SharedFiles;
import dev.dynode.store.DataFolder;
import dev.dynode.store.FileLogStore;
import dev.dynode.store.FileSlugStore;
import dev.dynode.store.LogStoreSettings;
import dev.dynode.store.SlugSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a node keeps beside its journal: in its data folder where it is alone, else in the database
 * that its cluster shares.
 *
 * @param postgres of a node of a cluster
 * @param trouble why it cannot be used now, if so; may wait for a moment
 * @param closing what else is to be closed, once the actors are gone
 */
record Stores(
    LogStore logs,
    SlugStore slugs,
    SlugArchives archives,
    Secrets secrets,
    Optional<Postgres> postgres,
    Supplier<Optional<String>> trouble,
    Runnable closing)
    implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Stores.class);

  /** Files of a data folder that are the same on every node. */
  static final List<String> SHARED =
      List.of("attach.key", "tokens.json", "credentials", "tls/ca-key.pem", "tls/ca.pem");

  /** What the nodes of an installation have in common. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Secrets(byte[] attachKey, Tokens tokens, LocalAuthority authority) {}

  static Stores inFolder(DataFolder data, Path folder, String publicHost, Config config)
      throws IOException {
    var slugs = new FileSlugStore(data.resolve("slugs"), SlugSettings.of(config));
    return new Stores(
        new FileLogStore(data.resolve("logs"), LogStoreSettings.of(config)),
        slugs,
        slugs::archive,
        secrets(data, folder, publicHost),
        Optional.empty(),
        Optional::empty,
        () -> {});
  }

  /**
   * @param hostName which no other live node may have; none of a node that runs no dynos
   */
  static Stores inDatabase(
      DataFolder data, Path folder, String publicHost, Config config, Optional<String> hostName)
      throws IOException {
    Postgres postgres = Postgres.open(config);
    Optional<HostNameLease> held = Optional.empty();
    try {
      postgres.migrate();
      if (hostName.isPresent()) {
        Duration patience = config.getDuration("dynode.cluster.host-name-within");
        held = Optional.of(HostNameLease.hold(postgres, hostName.get(), patience));
      }
      Optional<HostNameLease> name = held;
      Secrets secrets =
          SharedFiles.share(postgres, folder, SHARED, () -> secrets(data, folder, publicHost));
      var slugs =
          new PostgresSlugStore(
              postgres, new FileSlugStore(data.resolve("slugs"), SlugSettings.of(config)));
      return new Stores(
          new PostgresLogStore(postgres, LogStoreSettings.of(config), Clock.systemUTC()),
          slugs,
          slugs::archive,
          secrets,
          Optional.of(postgres),
          postgres::trouble,
          () -> {
            name.ifPresent(HostNameLease::close);
            postgres.close();
          });
    } catch (IOException | RuntimeException e) {
      held.ifPresent(HostNameLease::close);
      postgres.close();
      throw e;
    }
  }

  private static Secrets secrets(DataFolder data, Path folder, String publicHost)
      throws IOException {
    return new Secrets(
        data.attachKey(),
        new Tokens(folder),
        LocalAuthority.open(data.resolve("tls"), publicHost, Clock.systemUTC()));
  }

  /** Meanwhile the caller goes on. What fails is ordered again after the next start. */
  void removeSlugs(List<SlugId> unneeded) {
    Thread.ofVirtual()
        .start(
            () -> {
              for (SlugId slug : unneeded) {
                try {
                  slugs.remove(slug);
                } catch (IOException | RuntimeException e) {
                  LOG.warn("slug {} is left in the store", slug, e);
                }
              }
            });
  }

  @Override
  public void close() {
    logs.close();
    closing.run();
  }
}
