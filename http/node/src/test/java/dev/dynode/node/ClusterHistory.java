package dev.dynode.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.typesafe.config.ConfigFactory;
import dev.dynode.domain.app.AppEvent;
import dev.dynode.domain.dyno.DynoEvent;
import dev.dynode.journal.Rows;
import dev.dynode.journal.Rows.Row;
import dev.dynode.postgres.Postgres;
import dev.dynode.postgres.PostgresRows;
import dev.dynode.replay.EventCodec;
import dev.dynode.replay.Offline;
import dev.dynode.replay.Verification;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads the journal of a cluster after the storm and proves that it is what the rules allow and the
 * clients were told:
 *
 * <ul>
 *   <li>every id had one writer at a time, and no event is missing or differs from what the rules
 *       decide (verify);
 *   <li>no request was carried out twice, none that was granted not at all;
 *   <li>no app had more dynos than its limit;
 *   <li>a process was started at most once per launch, on one host, and what ended stays ended.
 * </ul>
 */
final class ClusterHistory {
  private static final Pattern MARK = Pattern.compile("mark-(\\d+)-");

  private final Map<String, List<DynoEvent>> dynos = new HashMap<>();
  private final Map<Integer, List<String>> requested = new HashMap<>();
  private long events;

  private ClusterHistory() {}

  /** Reads everything and checks what can be checked without the clients. */
  static ClusterHistory read(String url, int limit) {
    var history = new ClusterHistory();
    var config =
        ConfigFactory.parseMap(
                Map.of("dynode.postgres.url", url, "dynode.postgres.user", "postgres"))
            .withFallback(ConfigFactory.load());
    try (Postgres postgres = Postgres.open(config);
        Rows rows = PostgresRows.of(postgres)) {
      EventCodec codec = new Offline().codec();
      history.read(rows, codec, limit);
      var found = new ArrayList<String>();
      new Verification(rows, codec, divergence -> found.add(divergence.toString()), _ -> {}).run();
      assertEquals(List.of(), found);
    }
    return history;
  }

  private void read(Rows rows, EventCodec codec, int limit) {
    String id = "";
    String writer = "";
    Set<String> writers = new HashSet<>();
    Set<Object> live = new HashSet<>();
    for (Iterator<Row> all = rows.events(); all.hasNext(); ) {
      var stored = ((Row.Event) all.next()).event();
      events++;
      if (!stored.persistenceId().equals(id)) {
        id = stored.persistenceId();
        writer = "";
        writers.clear();
        live.clear();
      }
      if (!stored.writer().equals(writer)) {
        writer = stored.writer();
        assertTrue(writers.add(writer), "two write " + id + " by turns: " + stored.sequenceNr());
      }
      switch (codec.read(stored.event())) {
        case AppEvent.DynoRequested of -> {
          live.add(of.spec().id());
          assertTrue(live.size() <= limit, id + " has " + live.size() + " dynos");
          Matcher mark = MARK.matcher(of.spec().command());
          if (mark.find()) {
            requested
                .computeIfAbsent(Integer.parseInt(mark.group(1)), _ -> new ArrayList<>())
                .add(of.spec().id().toString());
          }
        }
        case AppEvent.DynoRetired of -> assertTrue(live.remove(of.id()), "retired twice: " + of);
        case DynoEvent event ->
            dynos
                .computeIfAbsent(id.substring(id.indexOf('|') + 1), _ -> new ArrayList<>())
                .add(event);
        default -> {}
      }
    }
  }

  long events() {
    return events;
  }

  /** That clients and journal agree; all has ended. Returns how many dynos were lost. */
  int check(List<ClusterLoad.Call> calls) {
    int lost = 0;
    for (ClusterLoad.Call call : calls) {
      List<String> ids = requested.getOrDefault(call.mark(), List.of());
      assertTrue(ids.size() <= 1, "carried out twice: " + call + " " + ids);
      if (call.granted()) {
        assertEquals(List.of(String.valueOf(call.dyno())), ids, call::toString);
        List<DynoEvent> story = dynos.get(call.dyno());
        assertNotNull(story, call::toString);
        if (!ended(call, story)) {
          lost++;
          System.out.println("lost: " + call + " " + story);
        }
      }
    }
    return lost;
  }

  /** Whether it ended by itself, with its own status. */
  private static boolean ended(ClusterLoad.Call call, List<DynoEvent> story) {
    int started = 0;
    Integer status = null;
    boolean lost = false;
    for (DynoEvent event : story) {
      switch (event) {
        case DynoEvent.Started _ -> started++;
        case DynoEvent.Exited exited -> status = exited.status();
        case DynoEvent.Lost _ -> lost = true;
        default -> {}
      }
    }
    assertTrue(started <= 1, story::toString);
    assertTrue(story.getLast() instanceof DynoEvent.Retired, story::toString);
    if (!lost) {
      assertEquals(call.exit(), status, story::toString);
    }
    return !lost;
  }
}
