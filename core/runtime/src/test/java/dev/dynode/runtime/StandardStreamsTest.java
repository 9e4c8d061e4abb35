package dev.dynode.runtime;

import static dev.dynode.runtime.Launches.launch;
import static dev.dynode.runtime.Launches.output;
import static dev.dynode.runtime.Launches.pipes;
import static dev.dynode.runtime.Launches.status;
import static dev.dynode.runtime.Launches.terminal;
import static dev.dynode.runtime.Launches.type;
import static dev.dynode.runtime.Launches.until;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.dynode.libc.Libc;
import dev.dynode.port.ProcessRuntime.Launch;
import dev.dynode.port.ProcessRuntime.RunningProcess;
import dev.dynode.runtime.isolation.SandboxSettings.Choice;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** A dyno is a normal place to run a program in. */
@ParameterizedClass
@EnumSource(names = {"SANDBOX", "PLAIN"})
@Timeout(600)
@Tag("process")
class StandardStreamsTest {
  @TempDir private Path data;
  private final Choice isolation;
  private LocalRuntime runtime;

  StandardStreamsTest(Choice isolation) {
    this.isolation = isolation;
  }

  @BeforeEach
  void open() throws IOException {
    // Without groups there is one step more between the box and the program.
    runtime =
        new LocalRuntime(
            data, Launches.settings(isolation, Map.of("dynode.runtime.cgroups.enabled", "off")));
    runtime.recover();
  }

  @AfterEach
  void close() throws IOException {
    runtime.close();
    Launches.clean(data);
  }

  @Test
  void theStandardStreamsHaveTheirPaths() throws IOException {
    String script =
        "echo 1 >/dev/stdout; echo 2 >/dev/stderr; echo 3 | tee /dev/stderr; echo 4 >/proc/self/fd/1;"
            + " echo 5 >>/dev/fd/2; cat </dev/stdin; cat /proc/self/fd/0";
    String printed = "1\n2\n3\n3\n4\n5\n";
    RunningProcess attached = runtime.start(pipes(script));
    type(attached, "typed\n");
    attached.endInput();
    assertEquals(printed + "typed\n", output(attached));
    RunningProcess detached = runtime.start(launch(script, null, false, Map.of(), null));
    assertEquals(printed, output(detached));
    RunningProcess typed = runtime.start(terminal("stty -echo; " + script));
    typed.endInput();
    typed.endInput();
    assertEquals(printed.replace("\n", "\r\n"), output(typed));
  }

  @Test
  void theTerminalHasANameThatIsThere() throws IOException {
    RunningProcess process =
        runtime.start(
            terminal(
                "name=$(readlink /proc/self/fd/0 </dev/tty); tty; echo $name; [ -c $name ] && echo there;"
                    + " echo x >$name; echo /dev/$(ps -o tty= -p $$);"
                    + " perl -MPOSIX -e 'print POSIX::ttyname(0), qq(\\n)'; stty -a | grep -o '.iutf8'"));
    List<String> lines = output(process).lines().toList();
    String name = lines.getFirst();
    assertTrue(name.matches("/dev/pts/\\d+"), lines.toString());
    assertEquals(List.of(name, "/dev/tty", "there", "x", name, name, " iutf8"), lines);
  }

  @Test
  void aKeyThatDeletesTakesAWholeLetter() throws IOException {
    RunningProcess process = runtime.start(terminal("stty -echo; echo up; cat | od -An -tx1"));
    until(process, "(?s).*up\r\n");
    type(process, "a\u00e9\u007fb\u6f22\u007f\n");
    process.endInput();
    assertEquals("61 62 0a", output(process).strip());
  }

  @Test
  void whatAnAppSetsBreaksItsProgramAndNotTheStart() throws IOException {
    Map<String, String> nonsense = new HashMap<>();
    for (String name :
        List.of("BASH_ENV", "ENV", "HOME", "SHELL", "TERM", "LANG", "LC_ALL", "TMPDIR", "CDPATH")) {
      nonsense.put(name, "/nowhere/at/all");
    }
    nonsense.put("PATH", "/app/bin");
    nonsense.put("IFS", "ceho");
    nonsense.put("LD_LIBRARY_PATH", "/nowhere");
    nonsense.put("LD_PRELOAD", "/nowhere.so");
    nonsense.put("PS4", "$(exit 9)");
    nonsense.put("a b-c", "d");
    Path slug = Files.createDirectory(data.resolve("slug"));
    Files.writeString(slug.resolve(".profile"), "export PROFILE=ran");
    for (Path tree : new Path[] {null, slug}) {
      for (Launch launch :
          List.of(
              launch("echo $PATH $PROFILE; exit 3", Launches.WINDOW, true, nonsense, tree),
              launch("echo $PATH $PROFILE; exit 3", null, true, nonsense, tree),
              launch("echo $PATH $PROFILE; exit 3", null, false, nonsense, tree))) {
        RunningProcess process = runtime.start(launch);
        String printed = output(process);
        assertEquals(3, status(process), printed);
        String expected = tree == null ? "/app/bin" : "/app/bin ran";
        assertEquals(expected, printed.strip().lines().toList().getLast(), printed);
      }
    }
    RunningProcess process =
        runtime.start(launch("ls", null, false, Map.of("PATH", "/app/bin"), null));
    assertEquals("/bin/bash: line 1: ls: command not found\n", output(process));
    assertEquals(127, status(process));
  }

  @Test
  void aCommandMayBeginWithAHyphen() throws IOException {
    Path slug = Files.createDirectory(data.resolve("slug"));
    Files.createFile(slug.resolve(".profile"));
    for (Path tree : new Path[] {null, slug}) {
      for (String script : List.of("-c ls", "--help", "-")) {
        RunningProcess process = runtime.start(launch(script, null, false, Map.of(), tree));
        String name = script.split(" ", -1)[0];
        assertEquals("/bin/bash: line 1: " + name + ": command not found\n", output(process));
        assertEquals(127, status(process));
      }
    }
  }

  @Test
  void lettersAreUtf8UnlessTheAppSaysOtherwise() throws IOException {
    assertEquals("C.UTF-8 3", said("echo $LANG ${#A}", Map.of("A", "h\u00e9\u6f22")));
    assertEquals("POSIX", said("echo $LANG", Map.of("LANG", "POSIX")));
  }

  private String said(String script, Map<String, String> environment) throws IOException {
    @Nullable Path none = null;
    return output(runtime.start(launch(script, null, false, environment, none))).strip();
  }

  @Test
  void aDynoIsNeverRoot() throws IOException {
    assumeTrue(Libc.user() == 0, "root");
    Files.writeString(data.resolve("secret"), "s");
    String told =
        said(
            "id -u; id -g; id -G; echo x > f && cat f; [ -O . ] && [ -w $HOME ] && echo ours;"
                + " cat "
                + data.resolve("secret")
                + " 2>/dev/null; ls "
                + data
                + " 2>/dev/null; umask",
            Map.of());
    List<String> lines = told.lines().toList();
    assertNotEquals("0", lines.getFirst());
    assertEquals(lines.getFirst(), lines.get(1));
    assertEquals(lines.getFirst(), lines.get(2));
    assertEquals(List.of("x", "ours", "0077"), lines.subList(3, lines.size()));
  }
}
