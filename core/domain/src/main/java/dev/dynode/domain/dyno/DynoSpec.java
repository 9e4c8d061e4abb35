package dev.dynode.domain.dyno;

import dev.dynode.domain.attach.ExitMarker;
import dev.dynode.domain.id.AppId;
import dev.dynode.domain.id.DynoId;
import dev.dynode.domain.id.DynoName;
import dev.dynode.domain.id.ReleaseId;
import dev.dynode.domain.id.SlugId;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * What was asked for when a dyno was requested: never changes.
 *
 * @param formation whether it is one of the app's formation, which is placed again where its host
 *     is lost; a one-off never is. Older events do not tell: theirs are one-offs
 * @param size name as the API spells it, such as {@code Standard-1X}
 * @param sizing why it has that size
 * @param resolved what that size gave it then, whatever the catalogue says later; older events do
 *     not tell
 * @param command as the user gave it, unexpanded and without the client's exit-status suffix
 * @param script what the shell runs: the command, a process type replaced by its command
 * @param attach whether a client will attach; the command then waits for it
 * @param terminal whether it gets a pseudo-terminal of {@code columns} by {@code rows} characters
 * @param marksExit whether the client asked for an exit-status line at the end
 * @param env on top of the release's config vars
 * @param slug none for an app without code
 * @param timeToLive asked-for end, before the policy's
 */
public record DynoSpec(
    DynoId id,
    AppId app,
    DynoName name,
    boolean formation,
    String size,
    Sizing sizing,
    String command,
    String script,
    boolean attach,
    boolean terminal,
    int columns,
    int rows,
    boolean marksExit,
    Map<String, String> env,
    ReleaseId release,
    int releaseVersion,
    Optional<SlugId> slug,
    Optional<Duration> timeToLive,
    DynoPolicy policy,
    Optional<DynoSize> resolved) {
  public DynoSpec {
    env = Map.copyOf(env);
  }

  /**
   * Whether the command prints an exit-status line by itself, of a form that we do not know to take
   * off.
   */
  public boolean printsMarker() {
    return !marksExit && ExitMarker.printedBy(script);
  }

  /** The same with another reason for its size, and what that gave it. */
  public DynoSpec sized(Sizing why, Optional<DynoSize> resolved) {
    return new DynoSpec(
        id,
        app,
        name,
        formation,
        size,
        why,
        command,
        script,
        attach,
        terminal,
        columns,
        rows,
        marksExit,
        env,
        release,
        releaseVersion,
        slug,
        timeToLive,
        policy,
        resolved);
  }
}
