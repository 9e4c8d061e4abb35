package dev.dynode.domain.app;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.dynode.domain.app.AppCommand.RunDyno;
import dev.dynode.domain.app.AppState.Requested;
import dev.dynode.domain.attach.ExitMarker;
import dev.dynode.domain.dyno.DynoSize;
import dev.dynode.domain.dyno.DynoSpec;
import dev.dynode.domain.id.DynoId;
import dev.dynode.domain.id.DynoName;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A dyno that was granted, as the rules need it when it has ended: a repeated request is not
 * granted again, and its name is not given to another one soon. How it ended, its journal tells.
 *
 * @param keyed the request, where it had an idempotency key
 */
public record Granted(DynoId id, DynoName name, Optional<Keyed> keyed) {

  /**
   * What a key was used for.
   *
   * @param size that it got
   * @param digest of command, env and whether a client attaches: however long these are
   */
  public record Keyed(String key, String size, String digest) {}

  static Granted of(Requested requested) {
    DynoSpec spec = requested.spec();
    return new Granted(
        spec.id(),
        spec.name(),
        requested
            .idempotencyKey()
            .map(
                key ->
                    new Keyed(
                        key, spec.size(), digest(spec.command(), spec.attach(), spec.env()))));
  }

  /** Whether this is what the key was used for: another size was not asked for, at least. */
  boolean isFor(RunDyno run) {
    return name.type().equals(run.type())
        && keyed
            .filter(
                before ->
                    before
                            .digest()
                            .equals(
                                digest(ExitMarker.strip(run.command()), run.attach(), run.env()))
                        && run.size()
                            .flatMap(DynoSize::named)
                            .map(size -> size.name().equals(before.size()))
                            .orElse(true))
            .isPresent();
  }

  private static String digest(String command, boolean attach, Map<String, String> env) {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      feed(sha, command);
      feed(sha, attach ? "attached" : "detached");
      new TreeMap<>(env)
          .forEach(
              (name, value) -> {
                feed(sha, name);
                feed(sha, value);
              });
      return HexFormat.of().formatHex(sha.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java has it", e);
    }
  }

  /** With its length, so that what one text ends with is not what the next begins with. */
  private static void feed(MessageDigest sha, String text) {
    byte[] bytes = text.getBytes(UTF_8);
    sha.update((bytes.length + ":").getBytes(UTF_8));
    sha.update(bytes);
  }
}
