package dev.dynode.bench.cluster;

import dev.dynode.bench.Programs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * {@code pgbench}, which inserts the rows that a cluster's control nodes have written, and no more.
 */
record Floor(Path pgbench) {
  private static final Pattern RATE = Pattern.compile("tps = ([0-9.]+)");
  private static final int LIVES = 1000;

  /**
   * What was written into the journal and the log.
   *
   * @param events and {@code lines}: rows
   * @param eventCommits and {@code lineCommits}: transactions that wrote them
   * @param payload bytes of an event, on average
   * @param line bytes of a line, on average
   */
  record Written(
      double events,
      double eventCommits,
      double payload,
      double lines,
      double lineCommits,
      double line) {

    /** Since a moment at which there were so many events and lines. */
    static Written since(BenchDatabase database, double event, double line) throws IOException {
      List<Double> found =
          database.numbers(
              String.format(
                  Locale.ROOT,
                  "SELECT * FROM (SELECT count(*), count(DISTINCT xmin::text),"
                      + " coalesce(avg(octet_length(event_payload)), 1)"
                      + " FROM event_journal WHERE ordering > %.0f) AS events,"
                      + " (SELECT count(*), count(DISTINCT xmin::text),"
                      + " coalesce(avg(octet_length(line)), 1)"
                      + " FROM log_line WHERE id > %.0f) AS lines",
                  event,
                  line));
      return new Written(
          found.get(0), found.get(1), found.get(2), found.get(3), found.get(4), found.get(5));
    }

    /** The same rows, each in a transaction of its own. */
    Written oneByOne() {
      return new Written(events, events, payload, lines, lines, line);
    }

    long eventsAtOnce() {
      return Math.max(1, Math.round(events / Math.max(1, eventCommits)));
    }

    long linesAtOnce() {
      return Math.max(1, Math.round(lines / Math.max(1, lineCommits)));
    }
  }

  /**
   * Inserts such rows into the same tables, in transactions as large.
   *
   * @param lives of dynos that the rows belong to
   * @return lives whose rows it inserts in a second
   */
  double livesPerSecond(
      BenchDatabase database,
      Written written,
      double lives,
      int connections,
      int seconds,
      Path folder)
      throws IOException {
    Path events = Files.writeString(folder.resolve("events.sql"), events(written));
    Path lines = Files.writeString(folder.resolve("lines.sql"), lines(written));
    double each = written.events() / lives;
    long eventWeight = Math.max(1, Math.round(LIVES * each / written.eventsAtOnce()));
    long lineWeight = Math.round(LIVES * written.lines() / lives / written.linesAtOnce());
    List<String> command =
        new ArrayList<>(
            List.of(
                pgbench.toString(),
                "--no-vacuum",
                "--protocol=prepared",
                "--client=" + connections,
                "--jobs=1",
                "--time=" + seconds,
                "--file=" + events + "@" + eventWeight,
                "--file=" + lines + "@" + lineWeight));
    command.addAll(database.options());
    String told = Programs.run(command, database.environment());
    Matcher rate = RATE.matcher(told);
    if (!rate.find()) {
      throw new IOException("pgbench told no rate: " + told);
    }
    double share = (double) eventWeight / (eventWeight + lineWeight);
    return Double.parseDouble(rate.group(1)) * share * written.eventsAtOnce() / each;
  }

  private static String events(Written written) {
    return String.format(
        Locale.ROOT,
        "INSERT INTO event_journal (persistence_id, sequence_number, deleted, writer,"
            + " write_timestamp, adapter_manifest, event_ser_id, event_ser_manifest, event_payload)"
            + " SELECT 'Dyno|' || gen_random_uuid(), 1, false, gen_random_uuid(), 1795000000000, '',"
            + " 33, 'dev.dynode.domain.dyno.DynoEvent$Placed', decode(repeat('a5', %d), 'hex')"
            + " FROM generate_series(1, %d);%n",
        Math.round(written.payload()),
        written.eventsAtOnce());
  }

  private static String lines(Written written) {
    return String.format(
        Locale.ROOT,
        "INSERT INTO log_line (app, at, source, process, line)"
            + " SELECT gen_random_uuid(), now(), 'heroku', 'run.1234', decode(repeat('61', %d), 'hex')"
            + " FROM generate_series(1, %d);%n",
        Math.round(written.line()),
        written.linesAtOnce());
  }
}
