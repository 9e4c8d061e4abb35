package dev.dynode.node;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.pekko.actor.AbstractActor;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.persistence.AtomicWrite;
import org.apache.pekko.persistence.JournalProtocol.ReplayMessages;
import org.apache.pekko.persistence.JournalProtocol.ReplayMessagesFailure;
import org.apache.pekko.persistence.JournalProtocol.WriteMessageFailure;
import org.apache.pekko.persistence.JournalProtocol.WriteMessageRejected;
import org.apache.pekko.persistence.JournalProtocol.WriteMessages;
import org.apache.pekko.persistence.JournalProtocol.WriteMessagesFailed;
import org.apache.pekko.persistence.JournalProtocol.WriteMessagesSuccessful$;
import org.apache.pekko.persistence.Persistence;
import org.apache.pekko.persistence.PersistentRepr;
import scala.jdk.javaapi.CollectionConverters;

/**
 * The node's own journal, with faults in front of it: writes are rejected, fail before they are
 * made, or fail after they are made; reads fail. A file says how often, in percent of each, and is
 * read anew each time; without it nothing fails.
 */
public final class FaultyJournal extends AbstractActor {
  private final ActorRef real =
      Persistence.get(getContext().getSystem()).journalFor("dynode.journal", ConfigFactory.empty());
  private final Path percents;
  private final Random random;

  public FaultyJournal(Config config) {
    percents = Path.of(config.getString("percents"));
    random = new Random(config.getLong("seed"));
  }

  /** What a node is given to have it. */
  static String[] config(Path percents, long seed) {
    return new String[] {
      "pekko.persistence.journal.plugin = faulty",
      "faulty { class = \"" + FaultyJournal.class.getName() + "\"",
      "percents = \"" + percents + "\", seed = " + seed + " }",
      "pekko.persistence.journal-plugin-fallback.circuit-breaker.max-failures = 100000"
    };
  }

  @Override
  public Receive createReceive() {
    return receiveBuilder()
        .match(WriteMessages.class, this::write)
        .match(ReplayMessages.class, this::read)
        .matchAny(message -> real.forward(message, getContext()))
        .build();
  }

  private void write(WriteMessages write) throws IOException {
    int dice = random.nextInt(100);
    List<Integer> often = often();
    var cause = new IllegalStateException("a fault of the test");
    if (dice < often.get(0)) {
      write.persistentActor().tell(WriteMessagesSuccessful$.MODULE$, self());
      events(write)
          .forEach(
              event ->
                  write
                      .persistentActor()
                      .tell(
                          new WriteMessageRejected(event, cause, write.actorInstanceId()), self()));
      return;
    }
    boolean before = dice < often.get(0) + often.get(1);
    boolean after = !before && dice < often.get(0) + often.get(1) + often.get(2);
    if (!before) {
      ActorRef told = after ? getContext().getSystem().deadLetters() : write.persistentActor();
      real.forward(
          new WriteMessages(write.messages(), told, write.actorInstanceId()), getContext());
    }
    if (before || after) {
      List<PersistentRepr> events = events(write);
      write.persistentActor().tell(new WriteMessagesFailed(cause, events.size()), self());
      events.forEach(
          event ->
              write
                  .persistentActor()
                  .tell(new WriteMessageFailure(event, cause, write.actorInstanceId()), self()));
    }
  }

  private static List<PersistentRepr> events(WriteMessages write) {
    var events = new ArrayList<PersistentRepr>();
    CollectionConverters.asJava(write.messages())
        .forEach(
            envelope -> {
              if (envelope instanceof AtomicWrite atomic) {
                events.addAll(CollectionConverters.asJava(atomic.payload()));
              }
            });
    return events;
  }

  private void read(ReplayMessages read) throws IOException {
    if (random.nextInt(100) < often().get(3)) {
      read.persistentActor()
          .tell(
              new ReplayMessagesFailure(new IllegalStateException("a fault of the test")), self());
    } else {
      real.forward(read, getContext());
    }
  }

  private List<Integer> often() throws IOException {
    if (!Files.exists(percents)) {
      return List.of(0, 0, 0, 0);
    }
    List<Integer> often = new ArrayList<>();
    for (String number : Files.readString(percents).strip().split(" ", -1)) {
      often.add(Integer.parseInt(number));
    }
    return often;
  }
}
