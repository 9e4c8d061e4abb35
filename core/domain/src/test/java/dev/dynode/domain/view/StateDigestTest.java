package dev.dynode.domain.view;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A fingerprint is equal where the states are, and only there. */
@Tag("unit")
class StateDigestTest {
  public record Inner(int number, Optional<String> text) {}

  public record State(
      String name, Map<String, Inner> map, Set<String> set, List<Inner> list, Instant at) {
    State with(Map<String, Inner> other) {
      return new State(name, other, set, list, at);
    }

    State with(List<Inner> other) {
      return new State(name, map, set, other, at);
    }

    State with(Set<String> other) {
      return new State(name, map, other, list, at);
    }
  }

  private static final State STATE =
      new State(
          "a",
          Map.of("x", new Inner(1, Optional.of("y")), "y", new Inner(2, Optional.empty())),
          Set.of("one", "two"),
          List.of(new Inner(1, Optional.of("")), new Inner(2, Optional.empty())),
          Instant.EPOCH);

  @Test
  void theOrderOfMapsDoesNotCount() {
    long seed = Long.getLong("seed", System.nanoTime());
    System.out.println("StateDigestTest -Dseed=" + seed);
    var entries = new ArrayList<>(STATE.map().entrySet());
    Collections.shuffle(entries, new Random(seed));
    var shuffled = new LinkedHashMap<String, Inner>();
    entries.forEach(entry -> shuffled.put(entry.getKey(), entry.getValue()));
    assertEquals(StateDigest.of(STATE), StateDigest.of(STATE.with(shuffled)));
  }

  @Test
  void whateverDiffersIsNamed() {
    StateDigest digest = StateDigest.of(STATE);
    Stream.<Map.Entry<String, UnaryOperator<State>>>of(
            Map.entry("list", s -> s.with(s.list().reversed())),
            Map.entry("list", s -> s.with(List.of(s.list().getFirst()))),
            Map.entry("list", s -> s.with(List.<Inner>of())),
            Map.entry("set", s -> s.with(Set.of("one"))),
            Map.entry("set", s -> s.with(Set.of("onetwo"))),
            Map.entry("map", s -> s.with(Map.<String, Inner>of())),
            Map.entry("map", s -> s.with(Map.of("x", s.map().get("y"), "y", s.map().get("x")))),
            Map.entry(
                "map",
                s -> s.with(Map.of("x", new Inner(1, Optional.empty()), "y", s.map().get("y")))),
            Map.entry("name", s -> new State("b", s.map(), s.set(), s.list(), s.at())),
            Map.entry("at", s -> new State("a", s.map(), s.set(), s.list(), s.at().plusNanos(1))))
        .forEach(
            change -> {
              StateDigest other = StateDigest.of(change.getValue().apply(STATE));
              assertNotEquals(digest, other);
              assertEquals(List.of(change.getKey()), digest.differences(other));
            });
  }
}
