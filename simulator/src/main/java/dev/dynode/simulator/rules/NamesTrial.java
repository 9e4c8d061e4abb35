package dev.dynode.simulator.rules;

import static dev.dynode.simulator.rules.Saying.same;

import dev.dynode.domain.Decision;
import dev.dynode.domain.Refusal.Reason;
import dev.dynode.domain.directory.AppDirectory;
import dev.dynode.domain.directory.DirectoryCommand;
import dev.dynode.domain.directory.DirectoryEvent;
import dev.dynode.domain.directory.DirectoryOrder;
import dev.dynode.domain.id.AppId;
import dev.dynode.simulator.time.Dice;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Names of apps that are claimed and given back, against a plain list. */
public final class NamesTrial {
  private static final int MOST = 3;
  private static final int STEPS = 20;
  private static final String USER = "user@example.com";
  private static final List<String> NAMES = List.of("a-1", "bcd", "app", "other", "more");
  private static final List<String> NO_NAMES =
      List.of("", "ab", "1ab", "Abc", "abc-", "a_b", "a".repeat(31), "abc\n");

  private NamesTrial() {}

  /**
   * Carries a trial out.
   *
   * @return all that was said, as one number
   */
  public static int run(long seed) {
    var dice = new Dice(seed);
    var rules = new AppDirectory(MOST);
    AppDirectory.Names state = rules.initial();
    Map<String, AppId> taken = new LinkedHashMap<>();
    int said = 0;
    for (int i = 0; i < STEPS; i++) {
      boolean named = dice.chance(.9);
      String name = dice.pick(named ? NAMES : NO_NAMES);
      var app = new AppId(new UUID(0, dice.below(4)));
      Instant now = Instant.ofEpochSecond(i);
      boolean claims = dice.chance(.6);
      Decision<DirectoryEvent> decision =
          rules.decide(
              state,
              claims
                  ? new DirectoryCommand.ClaimName(USER, name, app)
                  : new DirectoryCommand.FreeName(USER, name, app),
              now);
      boolean his = app.equals(taken.get(name));
      Saying must =
          !claims
              ? his ? Saying.of(DirectoryEvent.NameFreed.class) : Saying.NOTHING
              : his
                  ? Saying.NOTHING
                  : !named || taken.containsKey(name) || taken.size() == MOST
                      ? Saying.no(Reason.INVALID)
                      : Saying.of(DirectoryEvent.NameClaimed.class);
      must.check(decision, name + " of " + app, taken);
      for (DirectoryEvent event : decision.events()) {
        same("time", event.at(), now);
        same("who", event.by(), USER);
        state = rules.evolve(state, event);
        same("orders", rules.react(event, state), List.of());
        if (claims) {
          taken.put(name, app);
        } else {
          taken.remove(name);
        }
      }
      same("names", List.copyOf(state.taken().entrySet()), List.copyOf(taken.entrySet()));
      List<DirectoryOrder> woken =
          taken.entrySet().stream()
              .<DirectoryOrder>map(
                  entry -> new DirectoryOrder.Wake(entry.getKey(), entry.getValue()))
              .toList();
      same("woken", rules.resume(state, now), woken);
      said = 31 * said + decision.hashCode();
    }
    return said;
  }
}
