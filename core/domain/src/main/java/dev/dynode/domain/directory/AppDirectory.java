package dev.dynode.domain.directory;

import dev.dynode.domain.Decider;
import dev.dynode.domain.Decision;
import dev.dynode.domain.Refusal;
import dev.dynode.domain.id.AppId;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** The rules of app names: each belongs to at most one app. */
public final class AppDirectory
    implements Decider<DirectoryCommand, DirectoryEvent, AppDirectory.Names, DirectoryOrder> {
  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]{1,28}[a-z0-9]");

  private final int mostApps;

  /**
   * @param mostApps apps one installation may hold
   */
  public AppDirectory(int mostApps) {
    this.mostApps = mostApps;
  }

  /** Names taken, oldest first. */
  public record Names(Map<String, AppId> taken) {}

  @Override
  public Names initial() {
    return new Names(Map.of());
  }

  @Override
  public Decision<DirectoryEvent> decide(Names names, DirectoryCommand command, Instant now) {
    return switch (command) {
      case DirectoryCommand.ClaimName(String by, String name, AppId app) -> {
        if (!NAME.matcher(name).matches()) {
          yield Decision.refuse(
              Refusal.invalid(
                  "Name must start with a letter, end with a letter or digit and can only contain"
                      + " lowercase letters, digits, and dashes; 3 to 30 characters."));
        }
        if (app.equals(names.taken().get(name))) {
          yield Decision.accept();
        }
        if (names.taken().containsKey(name)) {
          yield Decision.refuse(Refusal.invalid("Name " + name + " is already taken"));
        }
        if (names.taken().size() >= mostApps) {
          yield Decision.refuse(
              Refusal.invalid(
                  "There are " + mostApps + " apps, the most this installation may have."));
        }
        yield Decision.accept(new DirectoryEvent.NameClaimed(now, by, name, app));
      }
      case DirectoryCommand.FreeName(String by, String name, AppId app) ->
          app.equals(names.taken().get(name))
              ? Decision.accept(new DirectoryEvent.NameFreed(now, by, name, app))
              : Decision.accept();
    };
  }

  @Override
  public Names evolve(Names names, DirectoryEvent event) {
    var taken = new LinkedHashMap<>(names.taken());
    switch (event) {
      case DirectoryEvent.NameClaimed(_, _, String name, AppId app) -> taken.put(name, app);
      case DirectoryEvent.NameFreed(_, _, String name, _) -> taken.remove(name);
    }
    return new Names(Collections.unmodifiableMap(taken));
  }

  @Override
  public List<DirectoryOrder> react(DirectoryEvent event, Names after) {
    return List.of();
  }

  @Override
  public List<DirectoryOrder> resume(Names names, Instant now) {
    return names.taken().entrySet().stream()
        .<DirectoryOrder>map(name -> new DirectoryOrder.Wake(name.getKey(), name.getValue()))
        .toList();
  }
}
