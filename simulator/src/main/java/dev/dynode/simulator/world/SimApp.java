package dev.dynode.simulator.world;

import dev.dynode.domain.app.AppState;
import dev.dynode.domain.dyno.DynoSize;
import dev.dynode.domain.id.DynoId;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;

/** One app, as the control plane knows it. */
public final class SimApp {
  /** Its place in the order of creation, from 0. */
  public final int index;

  /** Name of the scenario's plan it was made by. */
  public final String plan;

  public final String name;

  /** What its events so far mean. */
  public AppState state;

  /** How often the control plane has been killed; what an earlier life had in mind is forgotten. */
  public int life;

  /** Whether it is looked soon what hosts have not done. */
  public boolean looks;

  /** When all hosts will have been heard of. */
  public long settles;

  /** For the invariants: dynos granted that have not ended, in all and by family. */
  public int granted;

  public final Map<DynoSize.Family, Integer> running = new EnumMap<>(DynoSize.Family.class);

  public final Map<DynoId, DynoSize.Family> families = new HashMap<>();

  public SimApp(int index, String plan, String name, AppState state) {
    this.index = index;
    this.plan = plan;
    this.name = name;
    this.state = state;
  }
}
