package dev.dynode.domain.history;

import dev.dynode.domain.app.AppEvent;
import dev.dynode.domain.directory.DirectoryEvent;
import dev.dynode.domain.dyno.DynoEvent;

/**
 * Which events lead to less: stops and ends of what runs, deletions. A journal whose disk is full
 * takes these and no others, for they are what frees the disk.
 */
public final class Relief {
  private Relief() {}

  /** Whether an event is one of them; of a dyno that was granted every one is. */
  public static boolean is(Object event) {
    return switch (event) {
      case DynoEvent _ -> true;
      case AppEvent.DynoRetired _, AppEvent.SlugRemoved _, AppEvent.AppDeleted _ -> true;
      case DirectoryEvent.NameFreed _ -> true;
      default -> false;
    };
  }
}
