package dev.dynode.cluster;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import com.fasterxml.jackson.databind.jsontype.NamedType;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.typesafe.config.Config;
import dev.dynode.domain.Refusal;
import dev.dynode.domain.app.AppCommand;
import dev.dynode.domain.directory.DirectoryCommand;
import dev.dynode.domain.dyno.DynoCommand;
import dev.dynode.domain.dyno.DynoOrder;
import dev.dynode.domain.view.AppSummary;
import dev.dynode.domain.view.ConfigVars;
import dev.dynode.domain.view.DynoAnswer;
import dev.dynode.domain.view.DynoPage;
import dev.dynode.domain.view.ProcessTypes;
import dev.dynode.domain.view.ReleasePage;
import dev.dynode.domain.view.SlugView;
import dev.dynode.domain.view.StateDigest;
import dev.dynode.engine.actor.AppSupervisor;
import dev.dynode.engine.actor.HostAgent;
import dev.dynode.engine.actor.HostWatch;
import dev.dynode.engine.actor.NameDirectory;
import dev.dynode.port.AppQuery;
import dev.dynode.port.ControlPlane.Answer;
import dev.dynode.serialization.EventSerialization;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/**
 * What Jackson must know of the messages between nodes: commands and orders say which they are, by
 * names that stay when a class is moved.
 */
public final class ClusterSerialization extends SimpleModule {
  private static final long serialVersionUID = 1;

  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
  private interface Kinds {}

  @SuppressWarnings({
    "UnusedVariable",
    "NullAway.Init"
  }) // never made: Jackson reads its annotations
  private abstract static class Valued {
    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
    private Object value;
  }

  @SuppressWarnings({
    "UnusedVariable",
    "NullAway.Init"
  }) // never made: Jackson reads its annotations
  private abstract static class Detailed {
    @JsonDeserialize(contentUsing = Detail.class)
    private Map<String, Object> details;
  }

  /** Lists of Java, where Pekko's mapper would make some of Scala. */
  private static final class Detail extends JsonDeserializer<Object> {
    private static final ObjectMapper PLAIN = new ObjectMapper();

    @Override
    public Object deserialize(JsonParser in, DeserializationContext context) throws IOException {
      return PLAIN.treeToValue(in.readValueAsTree(), Object.class);
    }
  }

  /** Called by Pekko, by name. */
  public ClusterSerialization() {
    super("dynode-wire");
  }

  /** Bindings of all messages between nodes. */
  public static Config ofMessages() {
    return EventSerialization.bindings(
        "dynode-wire",
        AppSupervisor.Command.class,
        HostAgent.Command.class,
        HostWatch.Command.class,
        NameDirectory.Command.class,
        NameDirectory.Found.class,
        Answer.class);
  }

  @Override
  public void setupModule(SetupContext context) {
    super.setupModule(context);
    for (Class<?> sealed :
        List.of(
            AppCommand.class,
            AppQuery.class,
            DynoCommand.class,
            DynoOrder.class,
            DirectoryCommand.class)) {
      context.setMixInAnnotations(sealed, Kinds.class);
      register(context, sealed, sealed.getSimpleName());
    }
    context.setMixInAnnotations(Refusal.class, Detailed.class);
    context.setMixInAnnotations(Answer.Done.class, Valued.class);
    for (Class<?> value :
        List.of(
            AppSummary.class,
            DynoPage.class,
            DynoAnswer.class,
            ReleasePage.class,
            ConfigVars.class,
            ProcessTypes.class,
            SlugView.class,
            StateDigest.class)) {
      context.registerSubtypes(new NamedType(value, value.getSimpleName()));
    }
  }

  private static void register(SetupContext context, Class<?> sealed, String family) {
    for (Class<?> one : sealed.getPermittedSubclasses()) {
      if (one.isSealed()) {
        register(context, one, family);
      } else {
        context.registerSubtypes(new NamedType(one, family + "." + one.getSimpleName()));
      }
    }
  }
}
