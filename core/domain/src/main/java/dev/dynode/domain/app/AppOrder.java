package dev.dynode.domain.app;

import dev.dynode.domain.dyno.DynoEvent.StopCause;
import dev.dynode.domain.dyno.DynoSpec;
import dev.dynode.domain.id.DynoId;
import dev.dynode.domain.id.SlugId;
import java.time.Instant;
import java.util.List;

/** What the world should be made to do about an app. Idempotent. */
public sealed interface AppOrder {
  /** See that this dyno exists and is looked after. */
  record LaunchDyno(String by, DynoSpec spec) implements AppOrder {}

  record StopDyno(String by, DynoId id, StopCause cause) implements AppOrder {}

  /** A line {@code app[api]: text} in the app's log. */
  record WriteLog(Instant at, String text) implements AppOrder {}

  /** Forget the archives and files of slugs. */
  record RemoveSlugs(List<SlugId> slugs) implements AppOrder {
    public RemoveSlugs {
      slugs = List.copyOf(slugs);
    }
  }

  /** The app is gone and its last dyno too: free its name, forget its log. */
  record Dismantle(String name) implements AppOrder {}
}
