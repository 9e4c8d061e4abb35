package dev.dynode.replay;

import dev.dynode.domain.app.AppEvent;
import dev.dynode.domain.app.AppState;
import dev.dynode.domain.app.AppState.App;
import dev.dynode.domain.directory.AppDirectory;
import dev.dynode.domain.directory.DirectoryEvent;
import dev.dynode.domain.dyno.DynoEvent;
import dev.dynode.domain.dyno.DynoSpec;
import dev.dynode.domain.dyno.DynoState;
import dev.dynode.domain.history.Difference;
import dev.dynode.domain.history.Divergence;
import dev.dynode.domain.history.Divergence.Kind;
import dev.dynode.domain.history.Review;
import dev.dynode.domain.history.VerificationResult;
import dev.dynode.domain.id.AppId;
import dev.dynode.domain.id.DynoId;
import dev.dynode.journal.Rows;
import dev.dynode.journal.Rows.Row;
import dev.dynode.journal.StoredEvent;
import dev.dynode.journal.StoredSnapshot;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

/**
 * Replays a whole journal with today's rules and tells everything that does not fit: damaged or
 * missing events, decisions the rules would not make, dynos of which their app tells another story,
 * snapshots, names and indexes that are not what the events lead to. Of each history the first
 * divergence is told. Memory grows with the apps alone.
 */
public final class Verification {
  private static final String DYNO = "Dyno|";
  private static final String APP = "App|";
  private static final int PAGE = 1 << 20;

  private final Rows rows;
  private final EventCodec codec;
  private final Consumer<Divergence> found;
  private final LongConsumer progress;
  private final Map<AppId, String> names = new HashMap<>();
  private AppDirectory.Names directory = new AppDirectory.Names(Map.of());
  private long events;
  private long histories;
  private long divergences;
  private long eventPlaces;
  private long dynosTold;
  private long dynosFound;

  /**
   * A verification, to be run once.
   *
   * @param progress told now and then how many events were replayed
   */
  public Verification(
      Rows rows, EventCodec codec, Consumer<Divergence> found, LongConsumer progress) {
    this.rows = rows;
    this.codec = codec;
    this.found = found;
    this.progress = progress;
  }

  /** Does it. */
  public VerificationResult run() {
    Iterator<Row> all = rows.events();
    History<?, ?> history = null;
    while (all.hasNext()) {
      Row row = all.next();
      String id = id(row);
      if (history == null || !history.id.equals(id)) {
        if (history != null) {
          history.end();
        }
        history = history(id);
        histories++;
      }
      history.add(row);
      if (++events % 1_000 == 0) {
        progress.accept(events);
      }
    }
    if (history != null) {
      history.end();
    }
    progress.accept(events);
    places();
    highest();
    dynos();
    names();
    return new VerificationResult(events, histories, snapshots(), divergences);
  }

  private static String id(Row row) {
    return switch (row) {
      case Row.Event(StoredEvent event) -> event.persistenceId();
      case Row.Damaged(String id, _, _) -> id;
      case Row other -> throw new AssertionError("no event: " + other);
    };
  }

  private void tell(Kind kind, String id, long sequence, String reason) {
    divergences++;
    found.accept(new Divergence(kind, id, sequence, reason));
  }

  private History<?, ?> history(String id) {
    if (id.startsWith(DYNO)) {
      return new DynoHistory(id);
    }
    if (id.startsWith(APP)) {
      return new AppHistory(id);
    }
    return new NamesHistory(id);
  }

  /** One history as it is read. */
  private class History<E, S> {
    final String id;
    final Review<E, S> review;
    private final Class<E> kind;
    private long last;
    private boolean broken;

    History(String id, Class<E> kind, Review<E, S> review) {
      this.id = id;
      this.kind = kind;
      this.review = review;
    }

    final void add(Row row) {
      switch (row) {
        case Row.Event(StoredEvent stored) -> add(stored);
        case Row.Damaged(_, long sequence, String reason) -> {
          broken(Kind.DAMAGED, sequence, "it cannot be read: " + reason);
          last = sequence;
        }
        case Row other -> throw new AssertionError("no event: " + other);
      }
    }

    private void add(StoredEvent stored) {
      long sequence = stored.sequenceNr();
      if (stored.offset() > 0) { // else it was moved out of the journal
        eventPlaces += fingerprint(stored.offset(), id, sequence);
      }
      if (sequence != last + 1) {
        broken(Kind.DAMAGED, last + 1, "it is missing");
      }
      last = sequence;
      if (broken) {
        return;
      }
      E event;
      try {
        event = kind.cast(codec.read(stored.event()));
      } catch (RuntimeException e) { // whatever the bytes lead to
        broken(Kind.DAMAGED, sequence, "it cannot be read: " + e.getMessage());
        return;
      }
      review.add(event);
      review
          .finding()
          .ifPresent(finding -> broken(Kind.DECIDED, finding.sequence(), finding.reason()));
      if (!broken) {
        seen(event, sequence);
      }
    }

    /** After an event. */
    void seen(E event, long sequence) {}

    final void end() {
      long known = rows.highest(id);
      if (known > last) {
        broken(Kind.DAMAGED, last + 1, "it is missing");
      } else if (known < last) {
        tell(Kind.INDEX, id, known + 1, "the index of ids does not know it");
      }
      if (!broken) {
        review.end();
        review
            .finding()
            .ifPresentOrElse(
                finding -> broken(Kind.DECIDED, finding.sequence(), finding.reason()), this::ended);
      }
    }

    /** After the last event of one that holds together. */
    void ended() {}

    final void broken(Kind what, long sequence, String reason) {
      if (!broken) {
        broken = true;
        tell(what, id, sequence, reason);
      }
    }
  }

  private final class NamesHistory extends History<DirectoryEvent, AppDirectory.Names> {
    NamesHistory(String id) {
      super(id, DirectoryEvent.class, Review.ofNames());
    }

    @Override
    void ended() {
      directory = review.state();
    }
  }

  private final class DynoHistory extends History<DynoEvent, DynoState> {
    DynoHistory(String id) {
      super(id, DynoEvent.class, Review.ofDyno());
      dynosFound += id.hashCode();
    }
  }

  /** An app tells of its dynos, too; each of them must tell the same. */
  private final class AppHistory extends History<AppEvent, AppState> {
    AppHistory(String id) {
      super(id, AppEvent.class, Review.ofApp());
    }

    @Override
    void seen(AppEvent event, long sequence) {
      switch (event) {
        case AppEvent.DynoRequested requested -> requested(requested.spec(), sequence);
        case AppEvent.DynoRetired retired -> retired(retired, sequence);
        default -> {}
      }
    }

    private void requested(DynoSpec spec, long sequence) {
      String dyno = DYNO + spec.id();
      rows.event(dyno, 1)
          .ifPresent(
              row -> {
                dynosTold += dyno.hashCode();
                if (read(row) instanceof DynoEvent.Created created
                    && !created.spec().equals(spec)) {
                  tell(
                      Kind.DISAGREES,
                      id,
                      sequence,
                      "%s was created as another one than was requested; %s"
                          .formatted(spec.name(), Difference.between(created.spec(), spec)));
                }
              });
    }

    private void retired(AppEvent.DynoRetired told, long sequence) {
      String dyno = DYNO + told.id();
      long highest = rows.highest(dyno);
      if (highest == 0) {
        tell(Kind.DISAGREES, id, sequence, dyno + " was retired and has no history");
      } else if (rows.event(dyno, highest).map(Verification.this::read).orElse("")
          instanceof DynoEvent event) { // else it is told of there
        if (!(event instanceof DynoEvent.Retired retired)) {
          tell(Kind.DISAGREES, id, sequence, dyno + " was retired and by itself is not");
        } else {
          var own =
              new AppEvent.DynoRetired(
                  retired.at(), told.by(), told.id(), retired.ending(), retired.status());
          if (!own.equals(told)) {
            tell(
                Kind.DISAGREES,
                id,
                sequence,
                "of %s: %s".formatted(dyno, Difference.between(told, own)));
          }
        }
      }
    }

    @Override
    void ended() {
      if (review.state() instanceof App app && app.deletedAt().isEmpty()) {
        names.put(app.id(), app.name());
      }
    }
  }

  /** The event; the row itself where it cannot be read, which is told elsewhere. */
  private Object read(Row row) {
    if (!(row instanceof Row.Event(StoredEvent stored))) {
      return row;
    }
    try {
      return codec.read(stored.event());
    } catch (RuntimeException damaged) {
      return row;
    }
  }

  /** The order of the whole journal. */
  private void places() {
    long sum = 0;
    for (Iterator<Row> places = rows.places(1); places.hasNext(); ) {
      switch (places.next()) {
        case Row.Place(long offset, String id, long sequence) when offset > 0 ->
            sum += fingerprint(offset, id, sequence);
        case Row.Damaged(_, _, String reason) ->
            tell(Kind.INDEX, "", 0, "the order of the journal cannot be read: " + reason);
        default -> {}
      }
    }
    if (sum != eventPlaces) {
      searchPlaces();
    }
  }

  private static long fingerprint(long offset, String id, long sequence) {
    long mixed = (offset * 31 + sequence) * 31 + id.hashCode();
    mixed = (mixed ^ (mixed >>> 33)) * 0xff51afd7ed558ccdL;
    return mixed ^ (mixed >>> 29);
  }

  private void searchPlaces() {
    Map<Long, BitSet> there = new HashMap<>();
    for (Iterator<Row> places = rows.places(1); places.hasNext(); ) {
      if (places.next() instanceof Row.Place(long offset, String id, long sequence) && offset > 0) {
        page(there, offset).set((int) (offset % PAGE));
        if (!(rows.event(id, sequence).orElse(null) instanceof Row.Event(StoredEvent event))
            || event.offset() != offset) {
          tell(
              Kind.INDEX,
              id,
              sequence,
              "place %d of the journal is said to be its, and is not".formatted(offset));
        }
      }
    }
    for (Iterator<Row> all = rows.events(); all.hasNext(); ) {
      if (all.next() instanceof Row.Event(StoredEvent event)
          && event.offset() > 0
          && !page(there, event.offset()).get((int) (event.offset() % PAGE))) {
        tell(Kind.INDEX, "", 0, "the order of the journal has no place " + event.offset());
      }
    }
  }

  private static BitSet page(Map<Long, BitSet> pages, long offset) {
    return pages.computeIfAbsent(offset / PAGE, _ -> new BitSet());
  }

  /** Ids without any event. */
  private void highest() {
    for (Iterator<Row> ids = rows.ids(); ids.hasNext(); ) {
      switch (ids.next()) {
        case Row.Highest(String id, long sequence) when !rows.events(id).hasNext() ->
            tell(Kind.DAMAGED, id, 1, "it is missing, and all others of the " + sequence);
        case Row.Damaged(_, _, String reason) ->
            tell(Kind.INDEX, "", 0, "the index of ids cannot be read: " + reason);
        default -> {}
      }
    }
  }

  /** Dynos that no app asked for. */
  private void dynos() {
    if (dynosTold == dynosFound) {
      return;
    }
    for (Iterator<Row> ids = rows.ids(); ids.hasNext(); ) {
      if (ids.next() instanceof Row.Highest(String id, _)
          && id.startsWith(DYNO)
          && rows.event(id, 1).map(this::read).orElse("") instanceof DynoEvent.Created created
          && !requested(created.spec().app(), created.spec().id())) {
        tell(Kind.DISAGREES, id, 1, APP + created.spec().app() + " never requested it");
      }
    }
  }

  private boolean requested(AppId app, DynoId dyno) {
    for (Iterator<Row> told = rows.events(APP + app); told.hasNext(); ) {
      if (read(told.next()) instanceof AppEvent.DynoRequested requested
          && requested.spec().id().equals(dyno)) {
        return true;
      }
    }
    return false;
  }

  /** The names of the apps. */
  private void names() {
    directory
        .taken()
        .forEach(
            (name, app) -> {
              String has = names.get(app);
              if (has != null && !has.equals(name)) {
                tell(
                    Kind.DISAGREES,
                    APP + app,
                    0,
                    "it is %s; the name %s is its, too".formatted(has, name));
              }
            });
    names.forEach(
        (app, name) -> {
          if (!app.equals(directory.taken().get(name))) {
            tell(Kind.DISAGREES, APP + app, 0, "its name " + name + " is not claimed for it");
          }
        });
  }

  private long snapshots() {
    long count = 0;
    for (Iterator<Row> kept = rows.snapshots(); kept.hasNext(); count++) {
      switch (kept.next()) {
        case Row.State(StoredSnapshot snapshot) -> snapshot(snapshot);
        case Row.Damaged(String id, long sequence, String reason) ->
            tell(Kind.SNAPSHOT, id, sequence, "the state kept after it cannot be read: " + reason);
        case Row other -> throw new AssertionError("no snapshot: " + other);
      }
    }
    return count;
  }

  private void snapshot(StoredSnapshot snapshot) {
    String id = snapshot.persistenceId();
    Optional<Object> then = StateAt.of(rows, codec, id, snapshot.sequenceNr());
    if (then.isEmpty() || !codec.isOfToday(snapshot.state())) {
      return; // its history is broken, which was told; or another build kept it, and nobody reads
      // it
    }
    Object kept;
    try {
      kept = codec.read(snapshot.state());
    } catch (RuntimeException e) {
      tell(
          Kind.SNAPSHOT, id, snapshot.sequenceNr(), "the state kept after it cannot be read: " + e);
      return;
    }
    if (!kept.equals(then.get())) {
      tell(
          Kind.SNAPSHOT,
          id,
          snapshot.sequenceNr(),
          "the state kept after it is not what the events lead to; "
              + Difference.between(kept, then.get()));
    }
  }
}
