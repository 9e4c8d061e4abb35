package dev.dynode.runtime.files;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.dynode.libc.Entries;
import dev.dynode.libc.Identity;
import dev.dynode.libc.Libc;
import dev.dynode.runtime.Launches;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Trees that a path does not reach, measured and removed. Needs perl to make them. */
@Timeout(600)
@Isolated("counts the descriptors of this process")
@Tag("process")
class RemovalTest {
  private static final int ORDINARY = 397_531;

  @TempDir private Path data;
  private Path tree;

  @BeforeEach
  void make() throws IOException {
    tree = Files.createDirectory(data.resolve("tree"));
  }

  private void perl(String script) throws Exception {
    run(List.of("perl", "-e", "chdir $ARGV[0] or die; " + script, tree.toString()));
  }

  private static void run(List<String> words) throws Exception {
    Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), said);
  }

  private void isGone() {
    assertTrue(Files.notExists(tree), "it is left");
  }

  /** As root, and as an ordinary user whose tree it is. */
  private void as(boolean root, Identity.Task<Boolean> task) throws Exception {
    if (root || Libc.user() != 0) {
      assumeTrue(root == (Libc.user() == 0), "only root can be both");
      task.run();
      return;
    }
    for (Path path : List.of(data, tree)) {
      Libc.own(path.toString(), ORDINARY);
    }
    run(List.of("chown", "-hR", ORDINARY + ":" + ORDINARY, data.toString()));
    Identity.as(ORDINARY, task);
  }

  private long bytes() throws IOException {
    long[] sum = {0};
    Descent.into(
        tree,
        (_, _, _, stat) -> {
          if (stat.regular()) {
            sum[0] += stat.size();
          }
        });
    return sum[0];
  }

  private boolean measuredAndRemoved(long expected) throws IOException {
    int descriptors = Launches.descriptors();
    assertEquals(expected, bytes());
    assertEquals(expected, bytes(), "the second time");
    Removal.remove(tree);
    isGone();
    assertTrue(Launches.descriptors() <= descriptors, "descriptors are left");
    return true;
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whatIsDeeperThanAnyPathIsMeasuredAndRemoved(boolean root) throws Exception {
    perl(
        "for (1 .. 60) { mkdir 'd' x 200; chdir 'd' x 200; open F, '>', 'f'; print F 'abc'; close F;"
            + " mkdir 'beside'; open F, '>', 'beside/f'; print F 'de'; close F }");
    as(root, () -> measuredAndRemoved(60 * 5));
  }

  /** {@code -Dlevels=100000} takes half a minute. */
  @Test
  void anyNumberOfLevelsIsMeasuredAndRemoved() throws Exception {
    perl(
        "for (1 .. %d) { mkdir 'd' and chdir 'd' or die $! } open F, '>', 'f'; print F 'abc'; close F"
            .formatted(Integer.getInteger("levels", 5_000)));
    measuredAndRemoved(3);
  }

  @Test
  void manyFilesInOneFolderAreMeasuredAndRemoved() throws Exception {
    perl("for (1 .. 1500) { open F, '>', qq(f$_); print F 'a'; close F; mkdir qq(d$_) or die $! }");
    measuredAndRemoved(1_500);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void namesOfAnyBytesAndModesOfAnyKindAreRemoved(boolean root) throws Exception {
    perl(
        """
        for my $name ("\\xff\\xfe", "a\\nb", "-rf", "\\xc3", " ", "...", "*", "\\x01" x 255) {
          mkdir $name or die $!;
          open F, '>', "$name/$name" or die $!; print F 'x'; close F;
          symlink '/', "$name/root" or die $!;
        }
        mkdir 'shut'; mkdir 'shut/in'; open F, '>', 'shut/in/f'; print F 'y'; close F;
        symlink '/nowhere', 'dangling'; symlink 'self', 'self';
        system 'mkfifo', 'pipe';
        chmod 0, 'shut/in', 'shut/in/f', 'shut';
        mkdir 'blind'; mkdir 'blind/below'; open F, '>', 'blind/below/f'; print F 'z'; close F;
        chmod 0400, 'blind';
        """);
    as(root, () -> measuredAndRemoved(8 + 1 + 1));
    assertTrue(Files.exists(Path.of("/etc/passwd")));
  }

  @Test
  void measuringLeavesModesAsTheyAre() throws Exception {
    perl("mkdir 'shut'; open F, '>', 'shut/f'; print F 'y'; close F; chmod 0, 'shut'");
    as(
        false,
        () -> {
          assertEquals(1, bytes());
          return true;
        });
    assertEquals(0, (int) Files.getAttribute(tree.resolve("shut"), "unix:mode") & 07777);
  }

  @Test
  void whatIsMountedIsTakenAwayAndNotEmptied() throws Exception {
    assumeTrue(Libc.user() == 0, "mounts");
    Path kept = Files.createDirectory(data.resolve("kept"));
    Files.writeString(kept.resolve("f"), "x");
    for (String point : List.of("top", "a/b/deep", "a/with", "twice", "twice")) {
      Files.createDirectories(tree.resolve(point));
      run(List.of("mount", "--bind", kept.toString(), tree.resolve(point).toString()));
    }
    Files.createFile(tree.resolve("a/file"));
    run(
        List.of(
            "mount", "--bind", kept.resolve("f").toString(), tree.resolve("a/file").toString()));
    Files.createFile(tree.resolve("a/with/left"));
    Removal.remove(tree);
    isGone();
    assertTrue(Files.exists(kept.resolve("f")) && Files.exists(kept.resolve("left")));
  }

  @Test
  void aTreeThatIsMountedItselfIsNotEmptied() throws Exception {
    assumeTrue(Libc.user() == 0, "mounts");
    Path kept = Files.createDirectory(data.resolve("kept"));
    Files.writeString(kept.resolve("f"), "x");
    Files.writeString(tree.resolve("below"), "x");
    run(List.of("mount", "--bind", kept.toString(), tree.toString()));
    Removal.remove(tree);
    isGone();
    assertTrue(Files.exists(kept.resolve("f")));
  }

  @Test
  void whatMayNotBeChangedIsRemovedByRoot() throws Exception {
    assumeTrue(Libc.user() == 0, "flags");
    Files.createDirectories(tree.resolve("a/b"));
    Files.writeString(tree.resolve("a/b/f"), "x");
    Files.writeString(tree.resolve("a/log"), "x");
    run(List.of("chattr", "+i", tree.resolve("a/b/f").toString(), tree.resolve("a/b").toString()));
    run(List.of("chattr", "+a", tree.resolve("a/log").toString(), tree.resolve("a").toString()));
    Removal.remove(tree);
    isGone();
  }

  /** The file's folder belongs to somebody else. */
  @Test
  void whatStaysIsNamedAndKeepsNothingElse() throws Exception {
    assumeTrue(Libc.user() == 0, "two users");
    perl("mkdir 'a'; mkdir 'theirs'; mkdir 'z'; mkdir 'z/z'; open F, '>', 'theirs/file'; close F");
    as(false, () -> true);
    run(List.of("chown", "-R", "0:0", tree.resolve("theirs").toString()));
    run(List.of("chmod", "755", tree.resolve("theirs").toString()));
    IOException failure =
        assertThrows(
            IOException.class,
            () ->
                Identity.as(
                    ORDINARY,
                    () -> {
                      Removal.remove(tree);
                      return true;
                    }));
    assertTrue(String.valueOf(failure.getMessage()).contains(tree.toString()), failure::getMessage);
    assertTrue(
        String.valueOf(failure.getMessage()).contains("file: Permission denied"),
        failure::getMessage);
    try (var left = Files.list(tree)) {
      assertEquals(1, left.count());
    }
    Removal.remove(tree);
    isGone();
  }

  @Test
  void aFileALinkAndNothingAreRemovedToo() throws Exception {
    Path link = Files.createSymbolicLink(data.resolve("link"), tree);
    Removal.remove(link);
    assertTrue(Files.isDirectory(tree));
    Removal.remove(data.resolve("nothing"));
    Removal.remove(data.resolve("nowhere/nothing"));
    Path file = Files.writeString(tree.resolve("f"), "");
    Removal.remove(file);
    assertTrue(Files.notExists(file));
  }

  /** A folder that moves while one is in it, deeper than is held open. */
  @Test
  void aTreeThatMovesMeanwhileIsLookedAtToItsEnd() throws Exception {
    perl("for (1 .. 100) { mkdir 'd'; chdir 'd' } open F, '>', 'f'; print F 'abc'; close F");
    perl("mkdir 'e'; open F, '>', 'e/f'; print F 'de'; close F");
    Path other = Files.createDirectory(data.resolve("other"));
    long[] sum = {0};
    Descent.into(
        tree,
        (_, _, name, stat) -> {
          if (Entries.text(name).equals("f")) {
            sum[0] += stat.size();
            if (stat.size() == 3) {
              Path deep = tree.resolve("d/".repeat(60) + "d");
              Files.move(deep, other.resolve("d"));
            }
          }
        });
    assertEquals(5, sum[0]);
  }
}
