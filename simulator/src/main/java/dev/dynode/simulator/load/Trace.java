package dev.dynode.simulator.load;

import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.NamedCsvRecord;
import dev.dynode.simulator.time.Dice;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Requests that somebody recorded, from the first one on; jobs that never ran are left out.
 *
 * @param share of its jobs that is taken, at random
 * @param faster by how much its arrivals are pressed together; run times stay
 */
public record Trace(
    Format format, Path file, String name, Optional<String> size, double share, double faster)
    implements Source {

  /** How a trace is written. */
  public enum Format {
    /** The Standard Workload Format, version 2.2: fields between blanks, in seconds. */
    SWF,
    /** Tasks of OpenDC, as SURF's: {@code submission_time}, {@code duration}, milliseconds. */
    SURF,
    /**
     * Pods of Alibaba's openb: {@code creation_time}, {@code scheduled_time}, {@code
     * deletion_time}, {@code memory_mib}, in seconds.
     */
    OPENB,
    /** Azure Functions 2021: {@code end_timestamp}, {@code duration}, in seconds. */
    AZURE_FUNCTIONS
  }

  private record Job(double at, double runs, double megabytes, int status) {}

  private static final Pattern BLANKS = Pattern.compile("\\s+");
  private static final double NANOS = 1e9;
  private static final double MILLIS = 1e3;
  private static final double MEBIBYTE = 1024.0 * 1024;

  // Fields of the Standard Workload Format, from 0.
  private static final int SUBMITTED = 1;
  private static final int RUN_TIME = 3;
  private static final int STATUS = 10;
  private static final int FIELDS = 18;
  private static final int COMPLETED = 1;

  @Override
  public Requests from(Instant start, ZoneId zone, Dice dice, Duration idleAfter) {
    List<Job> jobs = new ArrayList<>(read());
    jobs.sort(Comparator.comparingDouble(Job::at));
    double first = jobs.isEmpty() ? 0 : jobs.getFirst().at();
    var each = jobs.iterator();
    return () -> {
      while (each.hasNext()) {
        Job job = each.next();
        if (share >= 1 || dice.chance(share)) {
          return request(job, first);
        }
      }
      return null;
    };
  }

  private Request request(Job job, double first) {
    long runs = (long) (job.runs() * NANOS);
    return new Request(
        (long) ((job.at() - first) / faster * NANOS),
        name,
        size,
        false,
        Optional.empty(),
        new Behaviour(
            runs,
            job.status(),
            false,
            false,
            false,
            Behaviour.NEVER,
            Behaviour.NEVER,
            Behaviour.NEVER,
            Behaviour.NEVER,
            (long) (job.megabytes() * MEBIBYTE),
            runs));
  }

  private List<Job> read() {
    try {
      return format == Format.SWF ? swf() : table();
    } catch (IOException e) {
      throw new TraceInvalid(file + ": it cannot be read: " + e.getMessage());
    }
  }

  private List<Job> swf() throws IOException {
    List<Job> jobs = new ArrayList<>();
    try (BufferedReader lines = Files.newBufferedReader(file)) {
      int number = 0;
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        number++;
        String text = line.strip();
        if (text.isEmpty() || text.startsWith(";")) {
          continue;
        }
        String[] fields = BLANKS.split(text, -1);
        if (fields.length != FIELDS) {
          throw wrong(number, "it has " + fields.length + " fields, not " + FIELDS + ".");
        }
        double runs = number(fields[RUN_TIME], number, "run time");
        if (runs >= 0) {
          jobs.add(
              new Job(
                  number(fields[SUBMITTED], number, "submit time"),
                  runs,
                  0,
                  number(fields[STATUS], number, "status") == COMPLETED ? 0 : 1));
        }
      }
    }
    return jobs;
  }

  private List<Job> table() throws IOException {
    List<Job> jobs = new ArrayList<>();
    try (CsvReader<NamedCsvRecord> rows = CsvReader.builder().ofNamedCsvRecord(file)) {
      for (NamedCsvRecord row : rows) {
        Job job =
            switch (format) {
              case SURF ->
                  new Job(
                      field(row, "submission_time") / MILLIS,
                      field(row, "duration") / MILLIS,
                      0,
                      0);
              case OPENB -> {
                boolean ran =
                    !text(row, "scheduled_time").isEmpty() && !text(row, "deletion_time").isEmpty();
                yield ran
                    ? new Job(
                        field(row, "creation_time"),
                        field(row, "deletion_time") - field(row, "scheduled_time"),
                        field(row, "memory_mib"),
                        0)
                    : null;
              }
              case AZURE_FUNCTIONS ->
                  new Job(
                      field(row, "end_timestamp") - field(row, "duration"),
                      field(row, "duration"),
                      0,
                      0);
              case SWF -> throw new AssertionError("read by lines");
            };
        if (job != null && job.runs() >= 0) {
          jobs.add(job);
        }
      }
    }
    return jobs;
  }

  private String text(NamedCsvRecord row, String name) {
    return row.findField(name)
        .map(String::strip)
        .orElseThrow(
            () ->
                wrong(
                    row.getStartingLineNumber(),
                    "it has no column " + name + "; its columns are " + row.getHeader() + "."));
  }

  private double field(NamedCsvRecord row, String name) {
    return number(text(row, name), row.getStartingLineNumber(), name);
  }

  private double number(String text, long line, String name) {
    try {
      return Double.parseDouble(text);
    } catch (NumberFormatException e) {
      throw wrong(line, name + ": \"" + text + "\" is no number.");
    }
  }

  private TraceInvalid wrong(long line, String what) {
    return new TraceInvalid(file + ", line " + line + ": " + what);
  }
}
