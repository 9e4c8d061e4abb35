package dev.dynode.simulator.mutants;

import dev.dynode.simulator.mutants.MutantRun.Fate;
import dev.dynode.simulator.mutants.MutantRun.Tried;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Tries every mutant and writes docs/mutants.md; nothing is asserted. {@code mvn -pl simulator -am
 * test -Dtest=MutantsPage -Dsurefire.failIfNoSpecifiedTests=false}, with {@code -Dseeds=N} for
 * another number of trials.
 */
@Tag("unit")
class MutantsPage {
  private static final int SEEDS = 1_000;

  /** Why some change what happens and are not caught, or are never reached; the first that fits. */
  private static final Map<String, String> REASONS = reasons();

  private static Map<String, String> reasons() {
    var reasons = new LinkedHashMap<String, String>();
    reasons.put(
        "(AppState\\$App\\.(dyno|release|brief|lambda\\$(named|dyno|release|brief).*|named)|AppState\\$Release\\.withoutConfig):.*",
        "finds what a person names, for the API; decides nothing");
    reasons.put(
        "(Limit\\.(of|told|lambda\\$(of|told).*)|DynoSize\\.lambda\\$of.*|AppPolicy\\.limited|Grounds\\.(hadRoom|lambda\\$hadRoom.*)):.*",
        "reads what older events do not tell, or judges events again, for `dynode verify`");
    reasons.put(
        "Deadlines\\.(timers|lambda\\$timers.*):.*",
        "asked by the page about a dyno's life, not by a rule");
    reasons.put(
        "Conductor\\.ordered:.*",
        "log lines, which are compared as the rules order them, and given to nobody");
    reasons.put("Tier\\.(of|wire):.*", "reads and writes the API's spelling; decides nothing");
    reasons.put(
        "DynoSpec\\.(printsMarker|sized):.*", "asked by the runtime and by replay, not by a rule");
    reasons.put(
        "AppPolicy\\.(unlimited|lambda\\$unlimited.*):.*", "a policy of tools that know no limits");
    reasons.put("AppPolicy\\.<init>:.*", "refuses a configuration before anything runs");
    reasons.put(
        "DynoReactions\\.words:.*", "words for idle times that are neither hours nor minutes");
    reasons.put(
        "(Conductor\\.elsewhere|DynoReactions\\.(choose|again)|DynoEvolution\\$Draft\\.unplaced|DynoDecider\\.(placedAgain|lost)|DynoDecider\\.decideLive:8).*",
        "a dyno of the formation is placed again; nothing makes one yet");
    reasons.put(
        "AppEvolution\\.evolve:.*", "an app forgets after 1,000 dynos, more than a trial has");
    reasons.put(
        "DynoReactions\\.to:.*",
        "the end of a live dyno, which the compiler wants a case for: it lives no more by then");
    reasons.put(
        "OneOffRequest\\.name:.*", "all 9,000 numbers of a name are taken, more than a trial has");
    reasons.put(
        "OneOffRequest\\.(invalid|badVariable|refuse).*empty", "only the wording of a refusal");
    reasons.put(
        "Conductor\\.(searched|later):.*",
        "a dyno that was granted, has lost its place and finds every host full comes in few trials");
    reasons.put("DynoDecider\\.attach:.*always", "only the wording of a refusal");
    return reasons;
  }

  @Test
  void everyMutant() throws IOException {
    int seeds = Integer.getInteger("seeds", SEEDS);
    long began = System.nanoTime();
    var run = new MutantRun(seeds);
    List<Tried> all = new ArrayList<>();
    for (Mutant mutant : run.mutants()) {
      Tried tried = run.attempt(mutant);
      all.add(tried);
      System.out.println(tried);
    }
    Files.writeString(
        Path.of("../docs/mutants.md"),
        page(all, seeds, (System.nanoTime() - began) / 1_000_000_000));
  }

  private static String page(List<Tried> all, int seeds, long seconds) {
    var page = new StringBuilder();
    long caught = count(all, Fate.CAUGHT);
    long survived = count(all, Fate.SURVIVED);
    page.append(
        """
        # Mutants of the rules

        Written by `MutantsPage` ([CONTRIBUTING](../CONTRIBUTING.md)). Every branch of the classes that decide is negated, always and never taken and, where it compares, moved by
        one; numbers are changed by one, sums turned into differences, answers and lists emptied, steps and calls left out, cases taken
        for the next. Each such mutant runs the fault trials that come to its place, until one breaks an invariant.

        %s, seeds 1 to %,d, %,d s: **%.1f %%** of the mutants that change what happens are caught (%,d of %,d).

        | class | mutants | caught | change something, and are not caught | change nothing | not reached | branches both ways |
        |---|--:|--:|--:|--:|--:|--:|
        """
            .formatted(
                LocalDate.now(ZoneOffset.UTC),
                seeds,
                seconds,
                100.0 * caught / (caught + survived),
                caught,
                caught + survived));
    Map<String, List<Tried>> classes =
        all.stream()
            .collect(
                Collectors.groupingBy(
                    tried -> name(tried.mutant().owner()), TreeMap::new, Collectors.toList()));
    classes.forEach((name, of) -> row(page, name, of));
    row(page, "**all**", all);
    page.append(
        """

        ## Not caught

        """);
    List<Tried> rest = of(all, Fate.SURVIVED);
    if (rest.isEmpty()) {
      page.append("None.\n");
    }
    rest.forEach(
        tried ->
            page.append(
                "- `%s` %s: %s (seed %d)%n"
                    .formatted(
                        tried.mutant().place(),
                        tried.mutant().mistake(),
                        reason(tried.mutant()),
                        tried.seed())));
    page.append(
        """

        ## Not reached

        No trial comes to these places.

        """);
    of(all, Fate.UNREACHED).stream()
        .collect(
            Collectors.groupingBy(
                tried -> reason(tried.mutant()), TreeMap::new, Collectors.toList()))
        .forEach((reason, of) -> page.append("- %s: %s%n".formatted(upper(reason), places(of))));
    page.append(
        """

        ## Without effect

        With these, every decision and order of every trial was the same: most are equal in meaning (a part of an event that a pattern reads and the
        rule does not use, an answer that is empty anyway, a shortcut that is left out, a bound that cannot be met exactly), the others change only what
        is shown or what no trial needs.

        """);
    of(all, Fate.UNCHANGED).stream()
        .collect(
            Collectors.groupingBy(
                tried -> name(tried.mutant().owner()), TreeMap::new, Collectors.toList()))
        .forEach((name, of) -> page.append("- `%s`: %s%n".formatted(name, mistakes(of))));
    return page.toString();
  }

  private static void row(StringBuilder page, String name, List<Tried> of) {
    int branches = 0;
    int ways = 0;
    for (Tried tried : of) {
      if (tried.mutant().mistake().equals("negated")) {
        branches += 2;
        ways += Switch.ways(tried.mutant().id());
      }
    }
    page.append(
        String.format(
            Locale.ROOT,
            "| %s | %d | %d | %d | %d | %d | %d of %d |%n",
            name,
            of.size(),
            count(of, Fate.CAUGHT),
            count(of, Fate.SURVIVED),
            count(of, Fate.UNCHANGED),
            count(of, Fate.UNREACHED),
            ways,
            branches));
  }

  private static String name(String owner) {
    return owner.substring(owner.lastIndexOf('.') + 1).replace('$', '.');
  }

  private static String upper(String text) {
    return text.substring(0, 1).toUpperCase(Locale.ROOT) + text.substring(1);
  }

  private static String reason(Mutant mutant) {
    return REASONS.entrySet().stream()
        .filter(entry -> mutant.toString().matches(entry.getKey()))
        .map(Map.Entry::getValue)
        .findFirst()
        .orElse("no reason is known");
  }

  /** Methods, and how many mutants of each. */
  private static String places(List<Tried> of) {
    return of.stream()
        .collect(
            Collectors.groupingBy(
                tried -> name(tried.mutant().owner()) + "." + tried.mutant().method(),
                TreeMap::new,
                Collectors.counting()))
        .entrySet()
        .stream()
        .map(entry -> "`%s` (%d)".formatted(entry.getKey(), entry.getValue()))
        .collect(Collectors.joining(", "));
  }

  private static String mistakes(List<Tried> of) {
    return of.stream()
        .collect(
            Collectors.groupingBy(
                tried -> tried.mutant().method() + ":" + tried.mutant().line(),
                LinkedHashMap::new,
                Collectors.mapping(tried -> tried.mutant().mistake(), Collectors.joining(", "))))
        .entrySet()
        .stream()
        .map(entry -> entry.getKey() + " " + entry.getValue())
        .collect(Collectors.joining("; "));
  }

  private static List<Tried> of(List<Tried> all, Fate fate) {
    return all.stream().filter(tried -> tried.fate() == fate).toList();
  }

  private static long count(List<Tried> all, Fate fate) {
    return of(all, fate).size();
  }
}
