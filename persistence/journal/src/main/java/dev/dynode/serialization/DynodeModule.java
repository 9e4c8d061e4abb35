package dev.dynode.serialization;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.KeyDeserializer;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.module.SimpleModule;
import dev.dynode.domain.app.Names;
import dev.dynode.domain.id.AppId;
import dev.dynode.domain.id.DynoId;
import dev.dynode.domain.id.DynoName;
import dev.dynode.domain.id.HostId;
import dev.dynode.domain.id.ReleaseId;
import dev.dynode.domain.id.SlugId;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.function.Function;

/**
 * What Jackson must know of the domain: names and identities are written as plain text, also as
 * keys of maps, and a collection an old event did not have yet is read as an empty one.
 */
public final class DynodeModule extends SimpleModule {
  private static final long serialVersionUID = 1;

  /** Called by Pekko, by name. */
  public DynodeModule() {
    super("dynode");
    text(AppId.class, AppId::of);
    text(DynoId.class, DynoId::of);
    text(ReleaseId.class, ReleaseId::of);
    text(SlugId.class, SlugId::of);
    text(HostId.class, HostId::new);
    text(DynoName.class, DynoName::of);
    addSerializer(Names.class, new WriteNames());
    addDeserializer(Names.class, new ReadNames());
    addDeserializer(Instant.class, new ReadText<>(TimeText::instant));
    addDeserializer(Duration.class, new ReadText<>(TimeText::duration));
  }

  @Override
  public void setupModule(SetupContext context) {
    super.setupModule(context);
    for (Class<?> type :
        List.of(
            Collection.class, List.class, Set.class, SortedSet.class, Map.class, SortedMap.class)) {
      context.configOverride(type).setSetterInfo(JsonSetter.Value.forValueNulls(Nulls.AS_EMPTY));
    }
  }

  /** A type whose {@code toString} is read back by the given function. */
  private <T> void text(Class<T> type, Function<String, T> read) {
    addSerializer(type, new WriteText<>());
    addKeySerializer(type, new WriteKey<>());
    addDeserializer(type, new ReadText<>(read));
    addKeyDeserializer(
        type,
        new KeyDeserializer() {
          @Override
          public Object deserializeKey(String key, DeserializationContext context) {
            return read.apply(key);
          }
        });
  }

  /** They follow from the dynos they are written beside. */
  private static final class WriteNames extends JsonSerializer<Names> {
    @Override
    public void serialize(Names names, JsonGenerator out, SerializerProvider provider)
        throws IOException {
      out.writeBoolean(true);
    }
  }

  private static final class ReadNames extends JsonDeserializer<Names> {
    @Override
    public Names deserialize(JsonParser in, DeserializationContext context) throws IOException {
      in.skipChildren();
      return Names.untold();
    }
  }

  private static final class WriteText<T> extends JsonSerializer<T> {
    @Override
    public void serialize(T value, JsonGenerator out, SerializerProvider provider)
        throws IOException {
      out.writeString(value.toString());
    }
  }

  private static final class WriteKey<T> extends JsonSerializer<T> {
    @Override
    public void serialize(T value, JsonGenerator out, SerializerProvider provider)
        throws IOException {
      out.writeFieldName(value.toString());
    }
  }

  private static final class ReadText<T> extends JsonDeserializer<T> {
    private final Function<String, T> read;

    private ReadText(Function<String, T> read) {
      this.read = read;
    }

    @Override
    public T deserialize(JsonParser in, DeserializationContext context) throws IOException {
      return read.apply(in.getText());
    }
  }
}
