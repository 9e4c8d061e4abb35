package dev.dynode.edge.api.logs;

import dev.dynode.domain.logs.LogLine;
import dev.dynode.edge.api.logs.LogSessions.Session;
import dev.dynode.edge.api.request.ApiSettings;
import dev.dynode.port.LogStore;
import dev.dynode.port.LogStore.Following;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.ClassicActorSystemProvider;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.MediaTypes;
import org.apache.pekko.stream.BoundedSourceQueue;
import org.apache.pekko.stream.QueueOfferResult;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;

/**
 * One reading of a log session: plain lines, or server-sent events for who accepts those. The
 * methods may block on disk.
 *
 * @param after the last event the reader has, from {@code Last-Event-ID}
 */
record LogStream(
    Session session, boolean events, Optional<String> after, ApiSettings.Streams limits) {
  /**
   * @param ended runs once, however the reading ends
   */
  HttpResponse open(LogStore logs, ClassicActorSystemProvider system, Runnable ended) {
    Source<String, NotUsed> lines = session.tail() ? tail(logs, system, ended) : now(logs, ended);
    // The stock client waits for this long after the last event before it notices the end.
    Source<String, NotUsed> text = events ? lines.prepend(Source.single("retry: 1\n\n")) : lines;
    return HttpResponse.create()
        .withEntity(
            HttpEntities.createChunked(
                events
                    ? MediaTypes.TEXT_EVENT_STREAM.toContentType()
                    : ContentTypes.TEXT_PLAIN_UTF8,
                text.map(ByteString::fromString)));
  }

  private String told(LogLine line) {
    return events ? LogText.event(line) : LogText.line(line) + "\n";
  }

  private Source<String, NotUsed> now(LogStore logs, Runnable ended) {
    List<LogLine> lines;
    try {
      lines = logs.last(session.app(), session.lines(), session.filter());
    } finally {
      ended.run();
    }
    var unseen = new Unseen(after);
    return Source.from(lines.stream().filter(unseen::test).map(this::told).toList());
  }

  private Source<String, NotUsed> tail(
      LogStore logs, ClassicActorSystemProvider system, Runnable ended) {
    var queue = Source.<String>queue(limits.buffer()).preMaterialize(system);
    var reader = new Reader(queue.first(), new Unseen(after), this::told, ended);
    int backlog = after.isPresent() ? limits.maxLines() : session.lines();
    Following following = logs.follow(session.app(), backlog, session.filter(), reader);
    return queue
        .second()
        .keepAlive(limits.keepAlive(), () -> events ? ":\n\n" : "\n")
        .watchTermination(
            (mat, done) -> {
              done.whenComplete(
                  (_, _) -> {
                    following.close();
                    ended.run();
                  });
              return mat;
            });
  }

  /** Leaves out what the reader has seen: all up to the line of that id, or up to its time. */
  private static final class Unseen {
    private final Optional<String> after;
    private boolean passed;

    Unseen(Optional<String> after) {
      this.after = after;
      passed = after.isEmpty();
    }

    boolean test(LogLine line) {
      if (passed) {
        return true;
      }
      String id = LogText.id(line);
      if (id.equals(after.orElseThrow())) {
        passed = true;
        return false;
      }
      passed = line.at().isAfter(time(after.orElseThrow()));
      return passed;
    }

    private static Instant time(String id) {
      try {
        return Instant.parse(id.substring(0, Math.max(0, id.lastIndexOf('-'))));
      } catch (RuntimeException e) {
        return Instant.MIN; // not one of ours: everything is newer
      }
    }
  }

  /** Hands lines to the connection; what a slow one has no room for is counted and told (L11). */
  private static final class Reader implements Consumer<LogLine> {
    private final BoundedSourceQueue<String> queue;
    private final Unseen unseen;
    private final Function<LogLine, String> told;
    private final Runnable ended;
    private int dropped;
    private Instant since = Instant.EPOCH;

    Reader(
        BoundedSourceQueue<String> queue,
        Unseen unseen,
        Function<LogLine, String> told,
        Runnable ended) {
      this.ended = ended;
      this.queue = queue;
      this.unseen = unseen;
      this.told = told;
    }

    @Override
    public synchronized void accept(LogLine line) {
      if (!unseen.test(line)) {
        return;
      }
      if (dropped > 0 && offer(told.apply(LogLine.overflow(dropped, since, line.at())))) {
        dropped = 0;
      }
      if (dropped > 0 || !offer(told.apply(line))) {
        since = dropped == 0 ? line.at() : since;
        dropped++;
      }
    }

    private boolean offer(String text) {
      QueueOfferResult result = queue.offer(text);
      if (result.isEnqueued()) {
        return true;
      }
      if (result.equals(QueueOfferResult.dropped())) {
        return false;
      }
      ended.run();
      throw new IllegalStateException("the reader has left");
    }
  }
}
