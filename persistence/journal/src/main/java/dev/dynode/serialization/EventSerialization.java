package dev.dynode.serialization;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigUtil;
import dev.dynode.domain.app.AppEvent;
import dev.dynode.domain.app.AppState;
import dev.dynode.domain.directory.AppDirectory;
import dev.dynode.domain.directory.DirectoryEvent;
import dev.dynode.domain.dyno.DynoEvent;
import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * Which types are written as Jackson CBOR: said by the node that knows them, so none needs a
 * marker.
 */
public final class EventSerialization {
  private EventSerialization() {}

  /** Bindings of all events, and of the states that are kept. */
  public static Config ofEvents() {
    return bindings(
        DynoEvent.class,
        AppEvent.class,
        DirectoryEvent.class,
        AppState.App.class,
        AppDirectory.Names.class);
  }

  /**
   * Configuration that binds each given type and everything that extends or implements it (a sealed
   * interface of events, a state to be kept as snapshot) to {@code jackson-cbor}. To be put above
   * the node's own configuration: {@code bindings(DynoEvent.class, …).withFallback(…)}.
   */
  public static Config bindings(Class<?>... types) {
    return bindings("jackson-cbor", types);
  }

  /** The same for another serializer. */
  public static Config bindings(String serializer, Class<?>... types) {
    return ConfigFactory.parseMap(
        Arrays.stream(types)
            .collect(
                Collectors.toMap(
                    type ->
                        ConfigUtil.joinPath(
                            "pekko", "actor", "serialization-bindings", type.getName()),
                    _ -> serializer)));
  }
}
