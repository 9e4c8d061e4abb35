package dev.dynode.read;

import dev.dynode.domain.app.AppEvent.DynoRequested;
import dev.dynode.domain.app.AppEvent.DynoRetired;
import dev.dynode.domain.app.DynoView;
import dev.dynode.domain.dyno.DynoEvent.Created;
import dev.dynode.domain.dyno.DynoEvent.Retired;
import dev.dynode.domain.id.AppId;
import dev.dynode.domain.id.DynoId;
import dev.dynode.journal.Rows;
import dev.dynode.journal.Rows.Row;
import dev.dynode.replay.EventCodec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/**
 * Dynos that have ended, as the journal tells them: no actor keeps them. One costs as much as its
 * own events, a list as much as the end of its app's. Blocks.
 */
public record EndedDynos(Rows rows, EventCodec codec) {

  /** The dyno, if it is one of the app and has ended: its first and its last event tell all. */
  public Optional<DynoView> dyno(AppId app, DynoId dyno) {
    String id = "Dyno|" + dyno;
    return rows.event(id, 1)
        .map(this::read)
        .filter(first -> first instanceof Created made && made.spec().app().equals(app))
        .flatMap(
            first ->
                rows.event(id, rows.highest(id))
                    .map(this::read)
                    .filter(Retired.class::isInstance)
                    .map(last -> ended((Created) first, (Retired) last)));
  }

  private static DynoView ended(Created made, Retired end) {
    return DynoView.ended(made.spec(), made.at(), end.at(), end.ending(), end.status());
  }

  /** The last dynos of the app that have ended, the latest first. */
  public List<DynoView> latest(AppId app, int most) {
    var ends = new HashMap<DynoId, DynoRetired>();
    var views = new HashMap<DynoId, DynoView>();
    var order = new ArrayList<DynoId>();
    Iterator<Row> events = rows.backwards("App|" + app);
    while (events.hasNext() && views.size() < most) {
      switch (read(events.next())) {
        case DynoRetired end when order.size() < most -> {
          ends.put(end.id(), end);
          order.add(end.id());
        }
        case DynoRequested request when ends.containsKey(request.spec().id()) -> {
          DynoRetired end = ends.get(request.spec().id());
          views.put(
              end.id(),
              DynoView.ended(request.spec(), request.at(), end.at(), end.ending(), end.status()));
        }
        default -> {}
      }
    }
    return order.stream().filter(views::containsKey).map(views::get).toList();
  }

  private Object read(Row row) {
    return switch (row) {
      case Row.Event(var stored) -> codec.read(stored.event());
      case Row.Damaged(String id, long sequence, String reason) ->
          throw new IllegalStateException(
              "event %d of %s cannot be read: %s".formatted(sequence, id, reason));
      case Row other -> throw new AssertionError("no event: " + other);
    };
  }
}
