package dev.dynode.simulator.run;

import dev.dynode.domain.app.AppEvent;
import dev.dynode.domain.dyno.DynoEvent;
import dev.dynode.domain.id.DynoId;
import java.time.Instant;

/** One number of all events and their order; the same on every machine. */
final class EventHash {
  private static final long FACTOR = 0x9E3779B97F4A7C15L;

  /** Hash codes of strings are specified, those of enums and classes are not. */
  private static final ClassValue<Integer> NAMES =
      new ClassValue<>() {
        @Override
        protected Integer computeValue(Class<?> type) {
          return type.getSimpleName().hashCode();
        }
      };

  private long hash = FACTOR;

  private void mix(long value) {
    hash = Long.rotateLeft(hash ^ value * FACTOR, 31) * FACTOR;
  }

  private void begin(Object event, Instant at) {
    mix(NAMES.get(event.getClass()));
    mix(at.getEpochSecond());
    mix(at.getNano());
  }

  private void mix(DynoId dyno) {
    mix(dyno.value().getMostSignificantBits());
    mix(dyno.value().getLeastSignificantBits());
  }

  void add(int app, AppEvent event) {
    begin(event, event.at());
    mix(app);
    switch (event) {
      case AppEvent.DynoRequested(_, _, var spec, _, _) -> {
        mix(spec.id());
        mix(spec.name().number());
        mix(spec.size().hashCode());
      }
      case AppEvent.DynoRefused(_, _, DynoId id, _, _, var reason, _, _, _, _) -> {
        mix(id);
        mix(reason.name().hashCode());
      }
      case AppEvent.DynoRetired(_, _, DynoId id, var ending, var status) -> {
        mix(id);
        mix(ending.name().hashCode());
        mix(status.orElse(-1));
      }
      case AppEvent.AppCreated _,
          AppEvent.AppUpdated _,
          AppEvent.ConfigVarsChanged _,
          AppEvent.SlugCreated _,
          AppEvent.SlugStored _,
          AppEvent.SlugRemoved _,
          AppEvent.ReleaseCreated _,
          AppEvent.AppDeleted _ -> {}
    }
  }

  void add(DynoId dyno, DynoEvent event) {
    begin(event, event.at());
    mix(dyno);
    mix(event.generation());
    switch (event) {
      case DynoEvent.Placed(_, _, _, var host, _) -> mix(host.value().hashCode());
      case DynoEvent.Exited(_, _, _, int status) -> mix(status);
      case DynoEvent.HangupSent(_, _, _, int times) -> mix(times);
      case DynoEvent.StopRequested(_, _, _, var cause) -> mix(cause.name().hashCode());
      case DynoEvent.Retired(_, _, _, var ending, _) -> mix(ending.name().hashCode());
      case DynoEvent.MemoryExceeded(_, _, _, long used, _) -> mix(used);
      case DynoEvent.QuotaExceeded(_, _, _, _, long used, _) -> mix(used);
      case DynoEvent.IdleTimedOut(_, _, _, Instant last) -> mix(last.getEpochSecond());
      case DynoEvent.Created _,
          DynoEvent.BecameUp _,
          DynoEvent.ClientAttached _,
          DynoEvent.Started _,
          DynoEvent.StartFailed _,
          DynoEvent.WindowResized _,
          DynoEvent.ClientDetached _,
          DynoEvent.HangupIgnored _,
          DynoEvent.Cycled _,
          DynoEvent.TerminateSent _,
          DynoEvent.ExitTimedOut _,
          DynoEvent.KillSent _,
          DynoEvent.ProcessLimitHit _,
          DynoEvent.AttachFailed _,
          DynoEvent.Lost _ -> {}
    }
  }

  @Override
  public String toString() {
    return "%016x".formatted(hash);
  }
}
