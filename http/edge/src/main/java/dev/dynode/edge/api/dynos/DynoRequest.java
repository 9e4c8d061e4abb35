package dev.dynode.edge.api.dynos;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.dynode.domain.app.AppCommand.RunDyno;
import dev.dynode.domain.id.DynoId;
import dev.dynode.edge.api.context.Call;
import dev.dynode.edge.api.request.Body;
import dev.dynode.edge.api.request.Errors;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Reads the body of {@code POST /apps/A/dynos}. */
final class DynoRequest {
  private static final Pattern PLAIN = Pattern.compile("[\\w@%+=:,./-]+");
  private static final Pattern KEY = Pattern.compile("[\\x20-\\x7e]{1,255}");

  private DynoRequest() {}

  static RunDyno read(Call call, Body body) {
    return new RunDyno(
        call.by(),
        new DynoId(UUID.randomUUID()),
        ThreadLocalRandom.current().nextInt(),
        body.words("command")
            .map(words -> line(words, call.settings().maxJson()))
            .orElseGet(() -> body.needed("command")),
        body.text("type").orElse("run"),
        body.text("size"),
        body.flag("attach").orElse(false),
        !body.flag("force_no_tty").orElse(false),
        body.texts("env"),
        body.whole("time_to_live", 1, Integer.MAX_VALUE).map(Duration::ofSeconds),
        idempotencyKey(call));
  }

  /** Quotes make up to four bytes of one; a request is to be no larger than a body. */
  private static String line(List<String> words, long most) {
    String line = quoted(words);
    if (line.getBytes(UTF_8).length > most) {
      throw Errors.invalid(
              "command: as one line of shell its words take more than "
                  + most
                  + " bytes; put it into a script of the app.")
          .exception();
    }
    return line;
  }

  private static Optional<String> idempotencyKey(Call call) {
    Optional<String> key = call.header("idempotency-key");
    if (key.isPresent() && !KEY.matcher(key.get()).matches()) {
      throw Errors.invalid("Idempotency-Key: it must be 1 to 255 printable ASCII characters.")
          .exception();
    }
    return key;
  }

  /** The words as one line of shell that means just them. */
  static String quoted(List<String> words) {
    return words.stream()
        .map(word -> PLAIN.matcher(word).matches() ? word : "'" + word.replace("'", "'\\''") + "'")
        .collect(Collectors.joining(" "));
  }
}
