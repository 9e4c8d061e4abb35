package dev.dynode.edge.api.history;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.dynode.domain.app.AppEvent;
import dev.dynode.domain.app.AppOrder;
import dev.dynode.domain.app.AppState;
import dev.dynode.domain.dyno.DynoEvent;
import dev.dynode.domain.dyno.DynoOrder;
import dev.dynode.domain.dyno.DynoState;
import dev.dynode.domain.history.AppStory;
import dev.dynode.domain.history.DynoStory;
import dev.dynode.domain.history.Outcome;
import dev.dynode.domain.history.Step;
import dev.dynode.edge.api.context.Shown;
import dev.dynode.edge.api.request.Json;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Stories as the API tells them; read from a file they look the same. */
public record StoryJson(Shown shown) {
  private static final List<String> SAID_ELSEWHERE = List.of("at", "by", "generation");

  /** Answers of the API as trees. */
  public static JsonNode tree(Object answer) {
    return Json.MAPPER.valueToTree(answer);
  }

  /** An answer as one line. */
  static String line(Object answer) {
    try {
      return Json.MAPPER.writeValueAsString(answer);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("cannot be written as JSON: " + answer.getClass(), e);
    }
  }

  /**
   * An event of a dyno.
   *
   * @param states whether it tells the whole state it led to
   */
  public EventJson event(
      DynoStory story, Step<DynoEvent, DynoState, DynoOrder> step, boolean states) {
    DynoEvent event = step.event();
    return json(
        step,
        event.at(),
        event.by(),
        event.generation(),
        DynoStory.word(step.before()),
        DynoStory.word(step.after()),
        step.orders().stream().map(order -> order(order, story.outcome(step, order))).toList(),
        states ? shown.of(step.after()) : null);
  }

  /** The same of an app. */
  public EventJson event(AppStory story, Step<AppEvent, AppState, AppOrder> step, boolean states) {
    AppEvent event = step.event();
    return json(
        step,
        event.at(),
        event.by(),
        null,
        AppStory.word(step.before()),
        AppStory.word(step.after()),
        step.orders().stream().map(order -> order(order, story.outcome(step, order))).toList(),
        states ? AppStory.summary(step.after()).map(shown::of).orElseGet(Map::of) : null);
  }

  private EventJson json(
      Step<?, ?, ?> step,
      Instant at,
      String by,
      @Nullable Integer generation,
      String before,
      String after,
      List<EventJson.OrderJson> orders,
      @Nullable Map<String, Object> state) {
    Map<String, Object> details = shown.of(step.event());
    details.keySet().removeAll(SAID_ELSEWHERE);
    return new EventJson(
        step.sequence(),
        at.toString(),
        by,
        step.event().getClass().getSimpleName(),
        generation,
        details,
        before,
        after,
        orders,
        state);
  }

  private EventJson.OrderJson order(Object order, Outcome outcome) {
    return new EventJson.OrderJson(
        order.getClass().getSimpleName(),
        shown.of(order),
        outcome.kind().name().toLowerCase(Locale.ROOT),
        outcome.text());
  }

  /** A dyno after so many events. */
  public DynoStateJson state(DynoStory story, long events) {
    DynoState state = story.after(events);
    return new DynoStateJson(
        Math.min(events, story.steps().size()), DynoStory.word(state), shown.of(state));
  }
}
