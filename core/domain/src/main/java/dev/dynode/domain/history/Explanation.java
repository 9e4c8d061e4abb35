package dev.dynode.domain.history;

import dev.dynode.domain.dyno.DynoEvent;
import dev.dynode.domain.dyno.DynoEvent.AttachFailed;
import dev.dynode.domain.dyno.DynoEvent.ClientAttached;
import dev.dynode.domain.dyno.DynoEvent.ClientDetached;
import dev.dynode.domain.dyno.DynoEvent.Created;
import dev.dynode.domain.dyno.DynoEvent.Cycled;
import dev.dynode.domain.dyno.DynoEvent.Ending;
import dev.dynode.domain.dyno.DynoEvent.ExitTimedOut;
import dev.dynode.domain.dyno.DynoEvent.HangupIgnored;
import dev.dynode.domain.dyno.DynoEvent.HangupSent;
import dev.dynode.domain.dyno.DynoEvent.IdleTimedOut;
import dev.dynode.domain.dyno.DynoEvent.KillSent;
import dev.dynode.domain.dyno.DynoEvent.Lost;
import dev.dynode.domain.dyno.DynoEvent.MemoryExceeded;
import dev.dynode.domain.dyno.DynoEvent.Placed;
import dev.dynode.domain.dyno.DynoEvent.ProcessLimitHit;
import dev.dynode.domain.dyno.DynoEvent.QuotaExceeded;
import dev.dynode.domain.dyno.DynoEvent.Retired;
import dev.dynode.domain.dyno.DynoEvent.StartFailed;
import dev.dynode.domain.dyno.DynoEvent.Started;
import dev.dynode.domain.dyno.DynoEvent.StopRequested;
import dev.dynode.domain.dyno.DynoEvent.TerminateSent;
import dev.dynode.domain.dyno.DynoSpec;
import dev.dynode.domain.dyno.DynoState;
import dev.dynode.domain.dyno.DynoTimer;
import dev.dynode.domain.placement.Grounds;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;

/** Says from a dyno's events alone why everything happened. */
final class Explanation {
  private final DynoStory story;
  private final List<String> sentences = new ArrayList<>();

  Explanation(DynoStory story) {
    this.story = story;
  }

  List<String> sentences() {
    story.first(Created.class).ifPresent(this::beginning);
    story.first(Placed.class).ifPresent(this::placing);
    client();
    strain();
    departure();
    story.first(Retired.class).ifPresentOrElse(this::ending, this::present);
    return List.copyOf(sentences);
  }

  @SuppressWarnings("AnnotateFormatMethod") // its annotation is another library's
  private void say(String format, Object... values) {
    sentences.add(String.format(Locale.ROOT, format, values));
  }

  private void beginning(Created created) {
    DynoSpec spec = created.spec();
    say(
        "%s asked for `%s` at %s, %s: %s, size %s%s, release v%d%s.",
        created.by(),
        spec.command(),
        Spoken.at(created.at()),
        spec.attach()
            ? spec.terminal()
                ? "attached to a terminal of %d by %d".formatted(spec.columns(), spec.rows())
                : "attached without a terminal"
            : "detached",
        spec.name(),
        spec.size(),
        switch (spec.sizing()) {
          case ASKED -> " as asked for";
          case TIER -> " as its app's tier has it";
          case UNTOLD -> "";
        },
        spec.releaseVersion(),
        spec.slug().isEmpty() ? ", which has no code" : "");
    if (!spec.script().equals(spec.command())) {
      say("The Procfile's entry made that `%s`.", spec.script());
    }
    spec.timeToLive().ifPresent(time -> say("It was given at most %s to live.", Spoken.span(time)));
  }

  private void placing(Placed placed) {
    say(
        "It was placed on host %s%s.",
        placed.host().value(), placed.grounds().map(Explanation::grounds).orElse(""));
  }

  private static String grounds(Grounds grounds) {
    String choice =
        grounds.hosts() == 1
            ? "the only one"
            : grounds
                .placement()
                .map(
                    rule ->
                        switch (rule) {
                          case SPREAD -> "the emptiest of " + grounds.hosts();
                          case PACK -> "the fullest of " + grounds.hosts() + " with room";
                        })
                .orElse("chosen of " + grounds.hosts()); // older events do not tell the rule
    return ", %s, which had %d of %d dynos".formatted(choice, grounds.dynos(), grounds.capacity());
  }

  private void client() {
    Optional<Started> started = story.first(Started.class);
    Optional<ClientAttached> attached = story.first(ClientAttached.class);
    attached.ifPresent(
        client ->
            say(
                "Its client connected from %s after %s.",
                client.from(), Spoken.span(createdAt(), client.at())));
    started.ifPresent(
        event ->
            say(
                "The command started at %s as process %d, %s after the request.",
                Spoken.at(event.at()), event.pid(), Spoken.span(createdAt(), event.at())));
  }

  private Instant createdAt() {
    return story.first(Created.class).map(Created::at).orElse(Instant.EPOCH);
  }

  private void strain() {
    List<MemoryExceeded> memory = story.all(MemoryExceeded.class);
    if (!memory.isEmpty()) {
      say(
          "It was told %s that it was above its memory quota (R14), first at %s: %s of %s.",
          Spoken.times(memory.size()),
          Spoken.at(memory.getFirst().at()),
          Spoken.amount(memory.getFirst().used()),
          Spoken.amount(memory.getFirst().quota()));
    }
    story
        .last(ProcessLimitHit.class)
        .ifPresent(
            hit ->
                say(
                    "It was refused a process or thread %s, last at %s: it had %d, the most of its size.",
                    Spoken.times(hit.hits()), Spoken.at(hit.at()), hit.processes()));
  }

  /** How its client went, where that was not the end of both. */
  private void departure() {
    story
        .first(IdleTimedOut.class)
        .ifPresent(
            idle ->
                say(
                    "Its client was disconnected at %s: no byte had passed since %s, longer than %s.",
                    Spoken.at(idle.at()),
                    Spoken.at(idle.lastByte()),
                    Spoken.span(spec().policy().idleAfter())));
    story
        .first(ClientDetached.class)
        .ifPresent(left -> say("Its client's connection was lost at %s.", Spoken.at(left.at())));
    story
        .first(HangupIgnored.class)
        .ifPresent(
            ignored ->
                say(
                    "It ignored SIGHUP, sent %s until %s (R16), and ran on without a client.",
                    Spoken.times(story.all(HangupSent.class).size()), Spoken.at(ignored.at())));
  }

  private DynoSpec spec() {
    return story.first(Created.class).orElseThrow().spec();
  }

  private void ending(Retired retired) {
    Ending ending = retired.ending();
    switch (ending) {
      case EXITED -> say("%s", byItself(retired));
      case STOPPED -> {
        story.last(StopRequested.class).ifPresent(stop -> say("%s", stopped(stop)));
        say("%s", obeyed(retired));
      }
      case CYCLED -> {
        story
            .last(Cycled.class)
            .ifPresent(
                cycled ->
                    say(
                        "At %s it had lived %s, the longest a one-off dyno may, and was cycled.",
                        Spoken.at(cycled.at()), Spoken.span(spec().policy().life())));
        say("%s", obeyed(retired));
      }
      case HUNG_UP ->
          say(
              "SIGHUP, sent %s, ended it after %s with %s.",
              Spoken.times(story.all(HangupSent.class).size()),
              story
                  .first(HangupSent.class)
                  .map(sent -> Spoken.span(sent.at(), retired.at()))
                  .orElse("a moment"),
              status(retired, ExitStatus.HANGUP));
      case NOT_ATTACHED ->
          say(
              "No client connected within %s (R13), so its command was never started.",
              story
                  .last(AttachFailed.class)
                  .map(_ -> Spoken.span(spec().policy().attachWithin()))
                  .orElse("the time for it"));
      case QUOTA_EXCEEDED ->
          story
              .last(QuotaExceeded.class)
              .ifPresent(
                  quota ->
                      say(
                          "It was killed at %s for its %s: %s of %s%s. It ended with %s.",
                          Spoken.at(quota.at()),
                          quota.resource().name().toLowerCase(Locale.ROOT),
                          Spoken.amount(quota.used()),
                          Spoken.amount(quota.quota()),
                          quota.resource() == DynoEvent.Resource.MEMORY ? " (R15)" : "",
                          status(retired, ExitStatus.KILL)));
      case NOT_STARTED ->
          say(
              "The command could not be started: %s.",
              story.last(StartFailed.class).map(StartFailed::reason).orElse("no reason was told"));
      case LOST ->
          say(
              "It was lost at %s: %s. How the command ended is not known.",
              Spoken.at(retired.at()),
              story.last(Lost.class).map(Lost::reason).orElse("no reason was told"));
    }
    say("It lived %s.", Spoken.span(createdAt(), retired.at()));
  }

  private static String byItself(Retired retired) {
    int status = retired.status().orElse(0);
    String when = Spoken.at(retired.at());
    OptionalInt signal = new ExitStatus(status).signal();
    return signal.isPresent()
        ? "It ended at %s with status %d, that of %s, which Dynode did not send."
            .formatted(when, status, ExitStatus.name(signal.getAsInt()))
        : "It ended by itself at %s with status %d.".formatted(when, status);
  }

  private static String stopped(StopRequested stop) {
    String when = Spoken.at(stop.at());
    return switch (stop.cause()) {
      case USER -> stop.by() + " stopped it at " + when + ".";
      case TIME_TO_LIVE -> "The time it was given to live was over at " + when + ".";
      case APP_DELETED ->
          "It was stopped at " + when + " because " + stop.by() + " deleted the app.";
      case NODE_SHUTDOWN -> "It was stopped at " + when + " because its node was shut down.";
    };
  }

  private String obeyed(Retired retired) {
    Optional<TerminateSent> sent = story.last(TerminateSent.class);
    if (sent.isEmpty()) {
      return "Nothing of it ran yet.";
    }
    Duration took = Duration.between(sent.get().at(), retired.at());
    return story.last(ExitTimedOut.class).isPresent()
        ? "It was still running %s after SIGTERM (R12) and was killed; it ended with %s."
            .formatted(Spoken.span(spec().policy().grace()), status(retired, ExitStatus.KILL))
        : "It ended %s after SIGTERM with %s."
            .formatted(Spoken.span(took), status(retired, ExitStatus.TERMINATE));
  }

  /** The status and, unless that is the expected one, what it tells. */
  private String status(Retired retired, int expected) {
    if (retired.status().isEmpty()) {
      return "a status that was not told";
    }
    var status = new ExitStatus(retired.status().get());
    OptionalInt signal = status.signal();
    String tells =
        status.of(expected)
            ? ""
            : signal.isEmpty()
                ? ", which the program chose itself"
                : ", that of "
                    + ExitStatus.name(signal.getAsInt())
                    + (sent(signal.getAsInt()) ? "" : ", which Dynode did not send");
    return "status " + status.status() + tells;
  }

  private boolean sent(int signal) {
    return switch (signal) {
      case ExitStatus.HANGUP -> story.first(HangupSent.class).isPresent();
      case ExitStatus.TERMINATE -> story.first(TerminateSent.class).isPresent();
      case ExitStatus.KILL -> story.first(KillSent.class).isPresent();
      default -> false;
    };
  }

  private void present() {
    if (!(story.after(story.steps().size()) instanceof DynoState.Live live)) {
      return;
    }
    say("By the last event it is %s.", DynoStory.word(live));
    live.deadlines().forEach((timer, due) -> say("At %s %s.", Spoken.at(due), next(timer)));
  }

  private static String next(DynoTimer timer) {
    return switch (timer) {
      case ATTACH -> "it ends unless its client has connected (R13)";
      case HANGUP -> "it gets another SIGHUP, or is told to have ignored them (R16)";
      case LIFE -> "its longest life is over, and it gets SIGTERM";
      case GRACE -> "it is killed unless it has ended (R12)";
    };
  }
}
