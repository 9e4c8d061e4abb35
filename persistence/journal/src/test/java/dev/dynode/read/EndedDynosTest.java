package dev.dynode.read;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dynode.domain.app.AppEvent;
import dev.dynode.domain.app.DynoView;
import dev.dynode.domain.dyno.DynoEvent;
import dev.dynode.domain.id.AppId;
import dev.dynode.domain.id.DynoId;
import dev.dynode.journal.Intake;
import dev.dynode.journal.Rows;
import dev.dynode.journal.Rows.Row;
import dev.dynode.replay.InventedHistory;
import dev.dynode.replay.Offline;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Dynos that have ended, as a journal of two apps tells them. */
@Tag("unit")
class EndedDynosTest {
  private static final int DYNOS = 150;

  private final Offline offline = new Offline();
  private final long seed = Long.getLong("seed", System.nanoTime());

  @TempDir private Path folder;

  private <T> List<T> events(Rows rows, String id, Class<T> kind) {
    var events = new ArrayList<T>();
    for (Iterator<Row> each = rows.events(id); each.hasNext(); ) {
      Object event = offline.codec().read(((Row.Event) each.next()).event().event());
      if (kind.isInstance(event)) {
        events.add(kind.cast(event));
      }
    }
    return events;
  }

  private static List<String> apps(Rows rows) {
    var apps = new ArrayList<String>();
    rows.ids()
        .forEachRemaining(
            row -> {
              if (row instanceof Row.Highest(String id, _) && id.startsWith("App|")) {
                apps.add(id);
              }
            });
    return apps;
  }

  @Test
  void theyAreToldByTheirAppsAndByTheirOwnEvents() {
    System.out.println("EndedDynosTest -Dseed=" + seed);
    try (Intake intake = Intake.open(offline.journal(folder))) {
      InventedHistory.write(intake, offline.codec(), "one", DYNOS, seed);
      InventedHistory.write(intake, offline.codec(), "two", DYNOS, seed + 1);
    }
    try (Rows rows = Rows.in(offline.journal(folder))) {
      var ended = new EndedDynos(rows, offline.codec());
      List<String> apps = apps(rows);
      assertEquals(2, apps.size());
      for (String id : apps) {
        AppId app = AppId.of(id.substring(id.indexOf('|') + 1));
        AppId other = AppId.of(apps.get(1 - apps.indexOf(id)).substring(id.indexOf('|') + 1));
        List<DynoId> order =
            events(rows, id, AppEvent.DynoRetired.class).reversed().stream()
                .map(AppEvent.DynoRetired::id)
                .toList();
        List<DynoView> all = ended.latest(app, DYNOS);
        assertEquals(order, all.stream().map(DynoView::id).toList());
        assertEquals(all.subList(0, 40), ended.latest(app, 40));
        for (DynoView dyno : all) {
          assertEquals(Optional.of(dyno), ended.dyno(app, dyno.id()));
          assertEquals(Optional.empty(), ended.dyno(other, dyno.id()), "another app's");
          DynoEvent.Retired end =
              events(rows, "Dyno|" + dyno.id(), DynoEvent.Retired.class).getFirst();
          assertEquals(end.status(), dyno.status());
          assertEquals(Optional.of(end.ending()), dyno.ending());
        }
        List<DynoId> living =
            events(rows, id, AppEvent.DynoRequested.class).stream()
                .map(requested -> requested.spec().id())
                .filter(dyno -> !order.contains(dyno))
                .toList();
        assertTrue(living.size() > 1, "some live");
        living.forEach(dyno -> assertEquals(Optional.empty(), ended.dyno(app, dyno)));
        assertEquals(Optional.empty(), ended.dyno(app, new DynoId(new UUID(0, 1))));
      }
    }
  }
}
