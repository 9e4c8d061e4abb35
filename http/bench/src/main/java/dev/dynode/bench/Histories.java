package dev.dynode.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.dynode.bench.table.Row;
import dev.dynode.bench.table.Row.Figure;
import dev.dynode.bench.table.Row.Unit;
import dev.dynode.bench.table.Samples;
import dev.dynode.domain.app.AppDecider;
import dev.dynode.domain.app.AppEvent;
import dev.dynode.domain.app.AppPolicy;
import dev.dynode.domain.app.AppState;
import dev.dynode.domain.directory.DirectoryEvent;
import dev.dynode.domain.dyno.DynoDecider;
import dev.dynode.domain.dyno.DynoEvent;
import dev.dynode.domain.dyno.DynoState;
import dev.dynode.domain.id.DynoId;
import dev.dynode.journal.Intake;
import dev.dynode.journal.Rows;
import dev.dynode.journal.Rows.Row.Event;
import dev.dynode.journal.StoredEvent;
import dev.dynode.replay.EventCodec;
import dev.dynode.replay.InventedHistory;
import dev.dynode.replay.Offline;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Looking back at a journal that an installation of some size wrote. */
final class Histories {
  private static final String APP = "sample";
  private static final long SEED = 1;
  private static final int WARM_UP = 2;
  private static final int TIMES = 5;
  private static final int COMMANDS = 10;
  private static final int FASTEST_AIM = 200_000;
  private static final double REPLAY_AIM_MILLIS = 500;
  private static final int BYTES_AIM = 2_000;
  private static final String SMALL_HEAP = "-Xmx64m";

  private final List<String> server;
  private final Effort effort;
  private final Path folder;
  private final Consumer<String> progress;

  Histories(List<String> server, Effort effort, Path folder, Consumer<String> progress) {
    this.server = server;
    this.effort = effort;
    this.folder = folder;
    this.progress = progress;
  }

  List<Row> measure() throws IOException {
    Path journal = Files.createDirectories(folder.resolve("data").resolve("journal"));
    List<Row> rows = new ArrayList<>();
    String oldest;
    String of;
    var offline = new Offline();
    long events;
    try (Intake intake = Intake.open(offline.journal(journal))) {
      progress.accept("writing a journal of " + effort.historyDynos() + " dynos");
      events = InventedHistory.write(intake, offline.codec(), APP, effort.historyDynos(), SEED);
    }
    of = String.format(Locale.ROOT, " of %,d events", events);
    double each = bytes(journal) / effort.historyDynos();
    rows.add(
        Row.alone(
                "a journal" + of + ", its bytes on disk for each dyno",
                Figure.single(each, Unit.BYTES))
            .aiming("≤ 2 kB", each <= BYTES_AIM));
    Samples read = new Samples();
    Samples replayed = new Samples();
    for (int i = 0; i < WARM_UP + TIMES; i++) {
      try (Rows all = Rows.in(offline.journal(journal))) {
        double readOnly = rate(all, _ -> {});
        double evolving = rate(all, new Evolving(offline.codec()));
        if (i >= WARM_UP) {
          read.add(readOnly);
          replayed.add(evolving);
        }
      }
    }
    try (Rows all = Rows.in(offline.journal(journal))) {
      oldest = oldest(all, offline.codec());
    }
    rows.add(
        Row.beside(
                "replay of a whole journal" + of + ", one thread",
                Figure.single(replayed.median(), Unit.PER_SECOND),
                "its rows read only",
                Figure.single(read.median(), Unit.PER_SECOND))
            .aiming("≥ 200,000 /s", replayed.median() >= FASTEST_AIM));
    rows.add(verify(of, journal, events));
    try (MeasuredNode node = MeasuredNode.start(server, folder)) {
      String latest = node.get("/apps/" + APP + "/dynos?all=true").path(0).path("name").asText();
      rows.add(replay("the latest by name", of, node, latest));
      rows.add(replay("the oldest by id", of, node, oldest));
    }
    return rows;
  }

  private static double bytes(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      long bytes = 0;
      for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
        bytes += Files.size(file);
      }
      return bytes;
    }
  }

  /** Events a second. */
  private static double rate(Rows rows, Consumer<StoredEvent> with) {
    long begin = System.nanoTime();
    long count = 0;
    for (Iterator<Rows.Row> events = rows.events(); events.hasNext(); count++) {
      with.accept(((Event) events.next()).event());
    }
    return count * 1e9 / (System.nanoTime() - begin);
  }

  /** The state after each event. */
  private static final class Evolving implements Consumer<StoredEvent> {
    private final EventCodec codec;
    private final AppDecider apps = new AppDecider(AppPolicy.HEROKU);
    private final DynoDecider dynos = new DynoDecider();
    private AppState app = apps.initial();
    private DynoState dyno = dynos.initial();

    Evolving(EventCodec codec) {
      this.codec = codec;
    }

    @Override
    public void accept(StoredEvent stored) {
      switch (codec.read(stored.event())) {
        case AppEvent event ->
            app = apps.evolve(stored.sequenceNr() == 1 ? apps.initial() : app, event);
        case DynoEvent event ->
            dyno = dynos.evolve(stored.sequenceNr() == 1 ? dynos.initial() : dyno, event);
        case DirectoryEvent _ -> {}
        case Object other -> throw new IllegalStateException("no event: " + other);
      }
    }
  }

  static String oldest(Rows rows, EventCodec codec) {
    for (Iterator<Rows.Row> places = rows.places(1); places.hasNext(); ) {
      if (places.next() instanceof Rows.Row.Place(_, String id, long sequence)
          && rows.event(id, sequence).orElseThrow() instanceof Event(StoredEvent stored)
          && codec.read(stored.event()) instanceof AppEvent.DynoRequested requested) {
        DynoId dyno = requested.spec().id();
        return dyno.toString();
      }
    }
    throw new IllegalStateException("a journal without dynos");
  }

  private List<String> command(String... words) {
    List<String> command = new ArrayList<>(server.subList(0, server.size() - 1));
    command.addAll(List.of(words));
    return command;
  }

  /** In a process of its own, with little memory however long the journal is. */
  private Row verify(String of, Path journal, long events) throws IOException {
    long begin = System.nanoTime();
    String told =
        Programs.run(
            command("verify", "--json", "--journal", journal.toString()),
            Map.of("DYNODE_JAVA_OPTS", SMALL_HEAP));
    double seconds = (System.nanoTime() - begin) / 1e9;
    long replayed = new ObjectMapper().readTree(told).at("/result/events").asLong();
    if (replayed != events || !told.contains("\"divergences\":0")) {
      throw new IOException("verify tells something else: " + told);
    }
    return Row.alone(
        "`dynode verify` of a whole journal" + of + ", heap of 64 MiB",
        Figure.single(events / seconds, Unit.PER_SECOND));
  }

  private Row replay(String which, String of, MeasuredNode node, String dyno) throws IOException {
    var samples = new Samples();
    for (int i = 0; i < COMMANDS; i++) {
      long begin = System.nanoTime();
      String told =
          Programs.run(
              command("replay", dyno, "-a", APP, "--data", node.data().toString()), Map.of());
      samples.add((System.nanoTime() - begin) / 1e6);
      if (!told.contains(" Created ")) {
        throw new IOException("replay tells something else: " + told);
      }
    }
    return Row.alone(
            "`dynode replay` of one dyno" + of + ", " + which + ", program and all",
            Figure.of(samples, Unit.MILLIS))
        .aiming("< 500 ms", samples.median() < REPLAY_AIM_MILLIS);
  }
}
