package dev.dynode.domain.app;

import dev.dynode.domain.app.AppState.App;
import dev.dynode.domain.app.AppState.Requested;
import dev.dynode.domain.id.DynoId;
import dev.dynode.domain.id.DynoName;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Which names an app's live and remembered dynos have. It follows from these, and is kept beside
 * them only to be asked quickly: a table goes along from each state to the next; where a state has
 * more than one successor, the others make their own when they are asked. Thread-safe.
 */
public final class Names {
  private static final class Table {
    private final Map<DynoName, DynoId> dynos = new HashMap<>();
    private long version;
  }

  private @Nullable Table table;
  private long version;

  private Names(@Nullable Table table, long version) {
    this.table = table;
    this.version = version;
  }

  /** Of no dynos. */
  public static Names none() {
    return new Names(new Table(), 0);
  }

  /** Of an app that was told of: found out from its dynos when they are asked. */
  public static Names untold() {
    return new Names(null, 0);
  }

  /** Whether a dyno of the app these are of has the name. */
  synchronized boolean has(DynoName name, App app) {
    Table current = table;
    if (current != null) {
      synchronized (current) {
        if (current.version == version) {
          return current.dynos.containsKey(name);
        }
      }
    }
    var own = new Table();
    for (Granted finished : app.finished().values()) {
      own.dynos.put(finished.name(), finished.id());
    }
    for (Requested requested : app.roster().values()) {
      own.dynos.put(requested.spec().name(), requested.spec().id());
    }
    table = own;
    version = 0;
    return own.dynos.containsKey(name);
  }

  /** These and one more. */
  Names with(DynoName name, DynoId dyno) {
    return next(dynos -> dynos.put(name, dyno));
  }

  /** These without a dyno's, unless another one has that too. */
  Names without(DynoName name, DynoId dyno) {
    return next(dynos -> dynos.remove(name, dyno));
  }

  private synchronized Names next(Consumer<Map<DynoName, DynoId>> change) {
    Table current = table;
    if (current == null) {
      return new Names(null, 0);
    }
    synchronized (current) {
      if (current.version != version) {
        return new Names(null, 0);
      }
      change.accept(current.dynos);
      return new Names(current, ++current.version);
    }
  }

  /** They say nothing that the dynos do not. */
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Names;
  }

  @Override
  public int hashCode() {
    return 0;
  }

  @Override
  public String toString() {
    return "of these dynos";
  }
}
