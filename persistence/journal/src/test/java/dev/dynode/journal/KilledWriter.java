package dev.dynode.journal;

import com.typesafe.config.ConfigFactory;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/**
 * Child of {@link KillTest}: says when it opens the journal, journals without end and prints each
 * acknowledged (id, number).
 */
final class KilledWriter {
  private KilledWriter() {}

  public static void main(String[] args) {
    var out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    out.println("opening");
    var node =
        TestNode.open(
            ConfigFactory.parseMap(Map.of("dynode.journal.write-buffer-size", args[2]))
                .withFallback(TestNode.config(Path.of(args[0]))));
    for (int i = 0; i < Integer.parseInt(args[1]); i++) {
      String id = "writer-" + i;
      node.system().systemActorOf(driver(id, node.counter(id), out), "of-" + id, Props.empty());
    }
  }

  /** Asks for the next event as soon as the last one is acknowledged. */
  private static Behavior<Long> driver(
      String id, ActorRef<Counter.Command> counter, PrintStream out) {
    return Behaviors.setup(
        context -> {
          counter.tell(new Counter.Add("first", context.getSelf()));
          return Behaviors.receiveMessage(
              number -> {
                out.println(id + " " + number);
                counter.tell(new Counter.Add("after " + number, context.getSelf()));
                return Behaviors.same();
              });
        });
  }
}
