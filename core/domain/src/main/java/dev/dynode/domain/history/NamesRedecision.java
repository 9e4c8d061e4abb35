package dev.dynode.domain.history;

import dev.dynode.domain.Decision;
import dev.dynode.domain.directory.AppDirectory;
import dev.dynode.domain.directory.AppDirectory.Names;
import dev.dynode.domain.directory.DirectoryCommand;
import dev.dynode.domain.directory.DirectoryEvent;
import java.util.List;

/** What was asked for before an event of the names, decided again. */
final class NamesRedecision {
  /** How many apps there may be is the operator's choice, which may have changed. */
  static final AppDirectory RULES = new AppDirectory(Integer.MAX_VALUE);

  private NamesRedecision() {}

  static List<Decision<DirectoryEvent>> decide(Names before, List<DirectoryEvent> next) {
    DirectoryEvent event = next.getFirst();
    DirectoryCommand command =
        switch (event) {
          case DirectoryEvent.NameClaimed(_, String by, String name, var app) ->
              new DirectoryCommand.ClaimName(by, name, app);
          case DirectoryEvent.NameFreed(_, String by, String name, var app) ->
              new DirectoryCommand.FreeName(by, name, app);
        };
    return List.of(RULES.decide(before, command, event.at()));
  }
}
