package dev.dynode.simulator.mutants;

import java.util.BitSet;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Turns one mutant on. Rewritten classes call this at each of their branches, numbers, answers and
 * calls; with none turned on, they do what they did before. For one thread.
 */
public final class Switch {
  /** No rule takes so many branches in one trial unless it goes on for ever. */
  private static final long MOST_BRANCHES = 50_000_000;

  static final int NEGATED = 0;
  static final int ALWAYS = 1;
  static final int NEVER = 2;
  static final int BOUNDARY = 3;

  private static int active = -1;
  private static boolean watched;
  private static long branches;

  /** Mutants whose place was reached while {@link #watch watched}. */
  private static BitSet reached = new BitSet();

  /** Branches that were taken, and not taken, by the number of their first mutant. */
  private static final BitSet JUMPED = new BitSet();

  private static final BitSet PASSED = new BitSet();

  /** A mutant that never ends. */
  static final class Endless extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Endless() {
      super("it does not end");
    }
  }

  private Switch() {}

  /** From now on this one is made; below 0: none. */
  static void turn(int mutant) {
    active = mutant;
    branches = 0;
  }

  /** Notes what is reached until {@link #reached()} is asked. */
  static void watch() {
    watched = true;
    reached = new BitSet();
  }

  static BitSet reached() {
    watched = false;
    return reached;
  }

  /** Whether a branch went both ways, one, or none: 2, 1 or 0. */
  static int ways(int branch) {
    return (JUMPED.get(branch) ? 1 : 0) + (PASSED.get(branch) ? 1 : 0);
  }

  /** Whether a mutant is made here and now. */
  public static boolean on(int mutant) {
    if (watched) {
      reached.set(mutant);
    }
    return mutant == active;
  }

  private static boolean jumps(boolean right, boolean boundary, int first) {
    if (++branches > MOST_BRANCHES) {
      throw new Endless();
    }
    if (watched) {
      reached.set(first, first + BOUNDARY + 1);
      (right ? JUMPED : PASSED).set(first);
    }
    return switch (active - first) {
      case NEGATED -> !right;
      case ALWAYS -> true;
      case NEVER -> false;
      case BOUNDARY -> boundary;
      default -> right;
    };
  }

  /** Comparisons as the byte code numbers them: eq, ne, lt, ge, gt, le. */
  public static boolean compare(int a, int b, int comparison, int first) {
    return switch (comparison) {
      case 0 -> jumps(a == b, a == b, first);
      case 1 -> jumps(a != b, a != b, first);
      case 2 -> jumps(a < b, a <= b, first);
      case 3 -> jumps(a >= b, a > b, first);
      case 4 -> jumps(a > b, a >= b, first);
      default -> jumps(a <= b, a < b, first);
    };
  }

  @SuppressWarnings("ReferenceEquality") // as the byte code does
  public static boolean same(@Nullable Object a, @Nullable Object b, int comparison, int first) {
    boolean right = (a == b) == (comparison == 0);
    return jumps(right, right, first);
  }

  public static int calculate(int a, int b, int operation, int mutant) {
    int as = on(mutant) ? other(operation) : operation;
    return switch (as) {
      case 0 -> a + b;
      case 1 -> a - b;
      case 2 -> a * b;
      case 3 -> a / b;
      default -> a % b;
    };
  }

  public static long calculate(long a, long b, int operation, int mutant) {
    int as = on(mutant) ? other(operation) : operation;
    return switch (as) {
      case 0 -> a + b;
      case 1 -> a - b;
      case 2 -> a * b;
      case 3 -> a / b;
      default -> a % b;
    };
  }

  public static double calculate(double a, double b, int operation, int mutant) {
    int as = on(mutant) ? other(operation) : operation;
    return switch (as) {
      case 0 -> a + b;
      case 1 -> a - b;
      case 2 -> a * b;
      case 3 -> a / b;
      default -> a % b;
    };
  }

  /** + for -, * for /, * for %. */
  private static int other(int operation) {
    return switch (operation) {
      case 0 -> 1;
      case 1 -> 0;
      case 2 -> 3;
      default -> 2;
    };
  }

  public static int number(int right, int mutant) {
    return on(mutant) ? (right == 1 ? 0 : right + 1) : right;
  }

  public static long number(long right, int mutant) {
    return on(mutant) ? right + 1 : right;
  }

  public static double number(double right, int mutant) {
    return on(mutant) ? right + 1 : right;
  }

  public static int step(int right, int mutant) {
    return on(mutant) ? -right : right;
  }

  public static int zero(int right, int mutant) {
    return on(mutant) ? 0 : right;
  }

  public static long zero(long right, int mutant) {
    return on(mutant) ? 0 : right;
  }

  public static boolean not(boolean right, int mutant) {
    return on(mutant) != right;
  }

  public static int choose(int key, int from, int to, int mutant) {
    return on(mutant) && key == from ? to : key;
  }

  public static <T> List<T> empty(List<T> right, int mutant) {
    return on(mutant) ? List.of() : right;
  }

  public static <T> Collection<T> empty(Collection<T> right, int mutant) {
    return on(mutant) ? List.of() : right;
  }

  public static <T> Set<T> empty(Set<T> right, int mutant) {
    return on(mutant) ? Set.of() : right;
  }

  public static <K, V> Map<K, V> empty(Map<K, V> right, int mutant) {
    return on(mutant) ? Map.of() : right;
  }

  public static <T> Optional<T> empty(Optional<T> right, int mutant) {
    return on(mutant) ? Optional.empty() : right;
  }

  public static <T> Stream<T> empty(Stream<T> right, int mutant) {
    return on(mutant) ? Stream.empty() : right;
  }

  public static String empty(String right, int mutant) {
    return on(mutant) ? "" : right;
  }
}
