package dev.dynode.simulator.rules;

import dev.dynode.domain.app.AppEvent;
import dev.dynode.domain.app.AppOrder;
import dev.dynode.domain.dyno.DynoEvent.StopCause;
import dev.dynode.simulator.run.Invariants.Broken;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** What an app must order after an event, and after a restart; log lines to the byte. */
final class AppOrders {
  private final AppPast past;
  private final List<AppOrder> orders = new ArrayList<>();

  private AppOrders(AppPast past) {
    this.past = past;
  }

  static void checkAfter(AppPast past, AppEvent event, List<AppOrder> ordered) {
    var must = new AppOrders(past);
    must.after(event);
    must.compare(ordered, event);
  }

  static void checkRestart(AppPast past, List<AppOrder> ordered) {
    var must = new AppOrders(past);
    must.restart();
    must.compare(ordered, "a restart");
  }

  private void compare(List<AppOrder> ordered, Object why) {
    if (!ordered.equals(orders)) {
      throw new Broken(
          "after %s %s must be ordered; it was %s; %s".formatted(why, orders, ordered, past));
    }
  }

  private void after(AppEvent event) {
    String who = " by user " + event.by();
    switch (event) {
      case AppEvent.AppUpdated update ->
          update
              .maintenance()
              .ifPresent(on -> log(update.at(), "Maintenance mode " + (on ? "on" : "off") + who));
      case AppEvent.SlugRemoved gone -> orders.add(new AppOrder.RemoveSlugs(List.of(gone.id())));
      case AppEvent.ReleaseCreated release -> {
        log(release.at(), release.description() + who);
        log(release.at(), "Release v" + release.version() + " created" + who);
      }
      case AppEvent.DynoRequested request -> {
        log(request.at(), "Starting process with command `" + request.spec().command() + "`" + who);
        orders.add(new AppOrder.LaunchDyno(request.by(), request.spec()));
      }
      case AppEvent.DynoRetired _ -> {
        if (past.deleted && past.running.isEmpty()) {
          dismantle();
        }
      }
      case AppEvent.AppDeleted deleted -> end(deleted.by());
      case AppEvent.AppCreated _,
          AppEvent.ConfigVarsChanged _,
          AppEvent.SlugCreated _,
          AppEvent.SlugStored _,
          AppEvent.DynoRefused _ -> {}
    }
  }

  private void restart() {
    past.running
        .values()
        .forEach(dyno -> orders.add(new AppOrder.LaunchDyno(dyno.by(), dyno.spec())));
    if (!past.removed.isEmpty()) {
      orders.add(new AppOrder.RemoveSlugs(List.copyOf(past.removed)));
    }
    if (past.deleted) {
      end(past.owner);
    }
  }

  /** Each dyno is stopped; without any, nothing is left of the app. */
  private void end(String by) {
    past.running
        .keySet()
        .forEach(dyno -> orders.add(new AppOrder.StopDyno(by, dyno, StopCause.APP_DELETED)));
    if (past.running.isEmpty()) {
      dismantle();
    }
  }

  private void dismantle() {
    orders.add(new AppOrder.Dismantle(past.name));
    if (!past.slugs.isEmpty()) {
      orders.add(new AppOrder.RemoveSlugs(List.copyOf(past.slugs.keySet())));
    }
  }

  private void log(Instant at, String text) {
    orders.add(new AppOrder.WriteLog(at, text));
  }
}
