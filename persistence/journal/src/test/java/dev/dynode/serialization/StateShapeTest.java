package dev.dynode.serialization;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.NullNode;
import dev.dynode.domain.app.AppState;
import dev.dynode.domain.dyno.DynoPolicy;
import dev.dynode.domain.dyno.DynoSize;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("unit")
class StateShapeTest {
  record Flat(int number) {}

  /** A field of something deep inside is a field of the state. */
  @Test
  void allThatIsInAStateCounts() {
    String text = StateShape.text(AppState.App.class);
    for (Class<?> inside : List.of(DynoPolicy.class, DynoSize.class, DynoSize.Family.class)) {
      assertTrue(text.contains(inside.getName() + "="), inside.getName());
    }
    assertTrue(text.contains("java.time.Duration hangupEvery"), text);
    assertEquals(Map.of().toString(), StateShape.text(Flat.class), "of the domain alone");
  }

  @Test
  void anotherVersionIsRefused() {
    var shape = new StateShape.OfApp();
    assertEquals(shape.currentVersion(), new StateShape.OfApp().currentVersion());
    assertNotEquals(shape.currentVersion(), new StateShape.OfNames().currentVersion());
    assertThrows(
        IllegalStateException.class,
        () -> shape.transform(shape.currentVersion() - 1, NullNode.instance));
  }
}
