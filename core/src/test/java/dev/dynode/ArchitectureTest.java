package dev.dynode;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.time.Clock;
import java.time.Instant;
import java.time.InstantSource;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Which way the arrows of this module point. */
class ArchitectureTest {
  private static final JavaClasses CORE =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("dev.dynode");

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
        .check(CORE);
  }

  @Test
  void theDomainReadsNoClockAndThrowsNoDice() {
    noClasses()
        .that()
        .resideInAPackage("dev.dynode.domain..")
        .should()
        .callMethod(Instant.class, "now")
        .orShould()
        .callMethod(UUID.class, "randomUUID")
        .orShould()
        .dependOnClassesThat()
        .areAssignableTo(InstantSource.class)
        .orShould()
        .dependOnClassesThat()
        .areAssignableTo(Clock.class)
        .orShould()
        .dependOnClassesThat()
        .haveNameMatching("java\\.util\\.(Random|SplittableRandom|concurrent\\..*)")
        .check(CORE);
  }

  @Test
  void portsKnowOnlyTheDomain() {
    noClasses()
        .that()
        .resideInAPackage("dev.dynode.port..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("dev.dynode.actor..", "dev.dynode.runtime..", "org.apache.pekko..")
        .check(CORE);
  }

  @Test
  void theRuntimeKnowsNoActors() {
    noClasses()
        .that()
        .resideInAPackage("dev.dynode.runtime..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("dev.dynode.actor..", "org.apache.pekko..")
        .check(CORE);
  }
}
