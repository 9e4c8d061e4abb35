package dev.dynode;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.time.Clock;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Which way the arrows point, over all modules: here, since benchmarks see everything and nothing
 * sees them. What one module may not see of another the compiler refuses already; this says what
 * packages may know, and why a new one must be named.
 */
@Tag("unit")
class ArchitectureTest {
  private static final int MOST_FILES = 25;

  private static final JavaClasses ALL =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("dev.dynode");

  /** The parts, and what each may know of the others. A part is a package with all below it. */
  private static final Map<String, List<String>> ARROWS =
      Map.ofEntries(
          Map.entry("domain", List.of()),
          Map.entry("port", List.of("domain")),
          Map.entry("libc", List.of()),
          Map.entry("keeper", List.of("libc")),
          Map.entry("runtime", List.of("domain", "port", "keeper", "libc")),
          Map.entry("engine", List.of("domain", "port")),
          Map.entry("simulator", List.of("domain")),
          Map.entry("serialization", List.of("domain")),
          Map.entry("journal", List.of("domain", "libc")),
          Map.entry("replay", List.of("domain", "port", "journal")),
          Map.entry("read", List.of("domain", "port", "journal", "replay")),
          Map.entry("store", List.of("domain", "port", "libc")),
          Map.entry("postgres", List.of("domain", "port", "journal", "read", "replay", "store")),
          Map.entry("cluster", List.of("domain", "port", "engine", "serialization", "postgres")),
          Map.entry("edge", List.of("domain", "port", "engine")),
          Map.entry("cli", List.of("domain", "store")));

  /** What is put together of everything. */
  private static final Set<String> ASSEMBLIES = Set.of("node", "offline", "bench");

  private static String part(JavaClass type) {
    return type.getPackageName().replaceFirst("^dev\\.dynode\\.", "").replaceFirst("\\..*", "");
  }

  @Test
  void everyPartKnowsOnlyWhatItMay() {
    Set<String> wrong = new TreeSet<>();
    for (JavaClass type : ALL) {
      String from = part(type);
      if (!ASSEMBLIES.contains(from)) {
        assertTrue(ARROWS.containsKey(from), type.getName() + ": name its part in this test");
        type.getDirectDependenciesFromSelf().stream()
            .map(dependency -> dependency.getTargetClass().getBaseComponentType())
            .filter(target -> target.getPackageName().startsWith("dev.dynode."))
            .filter(target -> !part(target).equals(from))
            .filter(target -> !ARROWS.getOrDefault(from, List.of()).contains(part(target)))
            .forEach(target -> wrong.add(type.getName() + " -> " + target.getName()));
      }
    }
    assertEquals(Set.of(), wrong);
  }

  @Test
  void nothingShippedKnowsBenchmarks() {
    noClasses()
        .that()
        .resideOutsideOfPackage("dev.dynode.bench..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("dev.dynode.bench..")
        .check(ALL);
  }

  @Test
  void packagesAreFreeOfCycles() {
    slices().matching("dev.dynode.(**)").should().beFreeOfCycles().check(ALL);
  }

  @Test
  void packagesAreSmall() {
    Map<String, Set<String>> files = new TreeMap<>();
    for (JavaClass type : ALL) {
      type.getSource()
          .flatMap(source -> source.getFileName())
          .ifPresent(
              file -> files.computeIfAbsent(type.getPackageName(), _ -> new TreeSet<>()).add(file));
    }
    List<String> large = new ArrayList<>();
    files.forEach(
        (name, all) -> {
          if (all.size() > MOST_FILES) {
            large.add(name + " " + all.size());
          }
        });
    assertEquals(List.of(), large);
  }

  @Test
  void theDomainKnowsNothingButJava() {
    classes()
        .that()
        .resideInAPackage("dev.dynode.domain..")
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            "dev.dynode.domain..",
            "java.lang..",
            "java.util..",
            "java.time..",
            "java.nio",
            "java.nio.charset..",
            "java.security..",
            "javax.crypto..",
            "org.jspecify..")
        .check(ALL);
  }

  @Test
  void theDomainReadsNoClockAndThrowsNoDice() {
    noClasses()
        .that()
        .resideInAPackage("dev.dynode.domain..")
        .should()
        .callMethod(Instant.class, "now")
        .orShould()
        .callMethod(java.util.UUID.class, "randomUUID")
        .orShould()
        .dependOnClassesThat()
        .areAssignableTo(InstantSource.class)
        .orShould()
        .dependOnClassesThat()
        .areAssignableTo(Clock.class)
        .orShould()
        .dependOnClassesThat()
        .haveNameMatching("java\\.util\\.(Random|SplittableRandom|concurrent\\..*)")
        .check(ALL);
  }

  @Test
  void theKeeperKnowsNothingButTheJdk() {
    classes()
        .that()
        .resideInAnyPackage("dev.dynode.keeper..", "dev.dynode.libc..")
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage("dev.dynode.keeper..", "dev.dynode.libc..", "java..", "org.jspecify..")
        .check(ALL);
  }

  @Test
  void onlyTheShellsKnowPekko() {
    Set<String> named =
        ALL.stream()
            .filter(
                type ->
                    type.getDirectDependenciesFromSelf().stream()
                        .anyMatch(
                            dependency ->
                                dependency
                                    .getTargetClass()
                                    .getPackageName()
                                    .startsWith("org.apache.pekko")))
            .map(ArchitectureTest::part)
            .collect(Collectors.toCollection(TreeSet::new));
    named.removeAll(
        Set.of(
            "engine",
            "serialization",
            "journal",
            "read",
            "replay",
            "postgres",
            "cluster",
            "edge",
            "node",
            "offline",
            "bench"));
    assertEquals(Set.of(), named);
  }
}
