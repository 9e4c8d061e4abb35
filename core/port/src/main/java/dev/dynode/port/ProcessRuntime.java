package dev.dynode.port;

import dev.dynode.domain.dyno.DynoSize;
import dev.dynode.domain.dyno.Usage;
import dev.dynode.domain.id.AppId;
import dev.dynode.domain.id.DynoId;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Runs the processes of this machine's dynos. All methods are thread-safe and may block for a few
 * milliseconds (disk, fork): call them from a blocking dispatcher or a virtual thread.
 */
public interface ProcessRuntime extends AutoCloseable {

  /**
   * Makes a launch ready, so that {@link #start} has the less to do: the dyno's private file
   * system, a fresh writable copy of the slug, and what else can be made before its first
   * instruction. Nothing of the dyno runs, and nothing is recorded: an end of this runtime undoes
   * it. Idempotent; {@link #start} does what was not done before, and {@link #discard} ends what
   * waits.
   *
   * @param filesReady told once the files are there, before the rest is made
   * @throws IOException if the disk refuses; nothing half-made is left
   */
  void prepare(Launch launch, Runnable filesReady) throws IOException;

  /**
   * Starts the dyno's command. The launch is recorded on disk first, so that a later {@link
   * #recover} knows of it. A launch that was made ready must be this one: an earlier one of the
   * dyno is ended.
   *
   * @throws IOException if the process could not be started; nothing of it is left running
   */
  RunningProcess start(Launch launch) throws IOException;

  /**
   * What an earlier life of this runtime left: called once, before anything is started. Processes
   * that cannot be taken over are ended here (all of them, whatever they do against it) and their
   * files removed.
   */
  Recovery recover() throws IOException;

  /**
   * Throws away the dyno's file system and launch record, and ends what may still run of it. What
   * an attached process has printed can still be read. Files that cannot be removed are tried again
   * later. Idempotent.
   */
  void discard(DynoId dyno) throws IOException;

  /** How many discarded dynos have files left that could not be removed yet. */
  default int filesLeft() {
    return 0;
  }

  /**
   * Keeps the processes running for so long; from the first time on, all are killed when that has
   * passed without being said again, whatever has become of this node.
   *
   * @throws IOException if it could not be said to all that keep processes
   */
  void keepFor(Duration time) throws IOException;

  /** Ends every process this runtime keeps, and waits until they are gone. */
  @Override
  void close();

  /** Lets go of the processes; they run on, and a later {@link #recover} finds them. */
  void leave();

  /**
   * What {@link #recover} found.
   *
   * @param adopted processes that are ours again: they run, or have ended with a status that is
   *     known
   * @param ended dynos whose launch was recorded and whose processes are gone or were ended here,
   *     nobody knows how; also those that earlier lives found so
   * @param owners apps of the adopted
   */
  record Recovery(List<RunningProcess> adopted, Set<DynoId> ended, Map<DynoId, AppId> owners) {}

  /**
   * Where a slug's files are.
   *
   * @param directory an unpacked slug, never written to; {@code null} for an app without code: the
   *     dyno then starts in an empty folder
   */
  record SlugTree(@Nullable Path directory) {}

  /**
   * One launch of one dyno.
   *
   * @param generation counts the launches of this dyno from 1; the fencing token of every report
   * @param script what {@code bash -c} runs after the profile scripts; may hold any character but
   *     NUL
   * @param environment complete environment of the dyno, except HOME, which the runtime sets
   * @param terminal a pseudo-terminal of this size, or {@code null} for pipes
   * @param input whether standard input is connected ({@code false}: it reads as empty)
   * @param size what it may use
   */
  record Launch(
      AppId app,
      DynoId dyno,
      int generation,
      SlugTree slug,
      String script,
      Map<String, String> environment,
      @Nullable WindowSize terminal,
      boolean input,
      DynoSize size) {}

  /** Size of a terminal in characters, each 1 to 65535. */
  record WindowSize(int columns, int rows) {}

  /** One exit, as waitpid tells it and as the shell and Heroku number it. */
  record ExitStatus(int code) {
    /** The status of a process that ended by this signal: 128 + its number. */
    public static ExitStatus signalled(int signal) {
      return new ExitStatus(128 + signal);
    }
  }

  /**
   * A process and all its descendants. Thread-safe. {@link #read} and {@link #write} park the
   * calling (virtual) thread without holding a carrier thread; one reader and one writer at a time.
   */
  interface RunningProcess {
    DynoId dyno();

    int generation();

    /** Process id of the first process, for people and logs. */
    long pid();

    /**
     * Waits for output and reads it. Back-pressure is the kernel's: while nobody reads, the program
     * blocks once the terminal's or pipe's buffer is full.
     *
     * @return bytes read, or -1 once the output is complete (every writer has closed it, or all
     *     processes have ended and the buffer is empty)
     */
    int read(byte[] buffer) throws IOException;

    /** Offset in the output of the byte that is read next. */
    long position();

    /**
     * Goes on at this offset, where what is before it was stored by an earlier life. Before the
     * first {@link #read}; for processes without input only.
     */
    void readFrom(long offset);

    /**
     * What is before this offset is stored. Until then an output that no client reads is kept, and
     * {@link #recover} gives it again.
     */
    void release(long offset);

    /** Waits until all bytes are handed to the program's input; throws once its input is closed. */
    void write(byte[] buffer, int offset, int length) throws IOException;

    /** Ends the program's input: closes the pipe, or types the terminal's end-of-file character. */
    void endInput() throws IOException;

    /** Sets the terminal's size (SIGWINCH follows); nothing without a terminal. */
    void resize(WindowSize size);

    /**
     * Sends the signal to every process of the dyno, orphans, own sessions and stopped ones
     * included.
     */
    void signal(Signal signal);

    /**
     * What it uses now, or used last. Empty where this machine cannot tell.
     *
     * @throws IOException if it cannot be read this time
     */
    Optional<Usage> usage() throws IOException;

    /**
     * Completes when the first process has ended and nothing of the dyno is left running (the rest
     * is killed). Output may still wait to be read. Fails if all was lost and nobody knows how it
     * ended.
     */
    CompletionStage<ExitStatus> exit();

    /** Closes terminal or pipes on our side; the kernel hangs up on the program. Idempotent. */
    void close();
  }

  /** The signals the dyno manager sends. */
  enum Signal {
    HUP(1),
    INT(2),
    QUIT(3),
    KILL(9),
    TERM(15);

    private final int number;

    Signal(int number) {
      this.number = number;
    }

    public int number() {
      return number;
    }
  }
}
