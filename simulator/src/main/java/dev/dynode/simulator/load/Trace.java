package dev.dynode.simulator.load;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.NamedCsvRecord;
import dev.dynode.simulator.time.Dice;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

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
     * deletion_time}, in seconds. Memory is what they asked for, not what they used: it is left
     * out, for it would kill nearly all of them.
     */
    OPENB,
    /** Azure Functions 2021: {@code end_timestamp}, {@code duration}, in seconds. */
    AZURE_FUNCTIONS
  }

  /**
   * One that ran.
   *
   * @param processors it ran on at the same time
   */
  private record Job(double at, double runs, int processors, int status) {}

  private static final Pattern BLANKS = Pattern.compile("\\s+");
  private static final int MOST_SHOWN = 40;
  private static final double NANOS = 1e9;
  private static final double MILLIS = 1e3;

  /** More seconds than this lie beyond what a run can count. */
  private static final double LONGEST = 3e9;

  private static final double LATEST = 1e12;
  private static final Pattern NUMBER =
      Pattern.compile("[-+]?(\\d+\\.?\\d*|\\.\\d+)([eE][-+]?\\d{1,3})?");

  // Fields of the Standard Workload Format, from 0.
  private static final int SUBMITTED = 1;
  private static final int RUN_TIME = 3;
  private static final int PROCESSORS = 4;
  private static final int STATUS = 10;
  private static final int FIELDS = 18;
  private static final int COMPLETED = 1;

  @Override
  public Requests from(Instant start, ZoneId zone, Dice dice, Duration idleAfter) {
    List<Job> jobs = read();
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
            0,
            0));
  }

  /**
   * Reads it and says what it is, and what of it is not simulated.
   *
   * @throws TraceInvalid if it cannot be read
   */
  public String summary() {
    List<Job> jobs = read();
    long wide = jobs.stream().filter(job -> job.processors() > 1).count();
    int widest = jobs.stream().mapToInt(Job::processors).max().orElse(1);
    return String.format(
        Locale.ROOT,
        "%s: %,d jobs that ran%s%s.",
        file,
        jobs.size(),
        wide == 0
            ? ""
            : String.format(
                Locale.ROOT,
                "; %,d of them on several processors, up to %,d, and each of these is one dyno here",
                wide,
                widest),
        format == Format.OPENB
            ? "; the memory they asked for is not what they used, and is left out"
            : "");
  }

  private List<Job> read() {
    List<Job> jobs;
    try {
      jobs = format == Format.SWF ? swf() : table();
    } catch (NoSuchFileException e) {
      throw new TraceInvalid("There is no trace " + file + ".");
    } catch (IOException e) {
      throw new TraceInvalid(file + ": it cannot be read: " + e.getMessage());
    } catch (CsvParseException e) {
      throw new TraceInvalid(file + ": it is no CSV: " + e.getMessage());
    }
    if (jobs.isEmpty()) {
      throw new TraceInvalid(file + ": there is no job in it that ran.");
    }
    return jobs;
  }

  /** Whatever the bytes: what is no text fails by its line. */
  private BufferedReader lines() throws IOException {
    return new BufferedReader(
        new InputStreamReader(Files.newInputStream(file), StandardCharsets.UTF_8));
  }

  private List<Job> swf() throws IOException {
    List<Job> jobs = new ArrayList<>();
    try (BufferedReader lines = lines()) {
      int number = 0;
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        number++;
        String text = line.strip();
        if (text.isEmpty() || text.startsWith(";")) {
          continue;
        }
        String[] fields = BLANKS.split(text, -1);
        if (fields.length < FIELDS) { // some logs say more than the format does
          throw wrong(
              number,
              "it has "
                  + fields.length
                  + " fields; a job of the Standard Workload Format has "
                  + FIELDS
                  + ".");
        }
        double submitted = number(fields[SUBMITTED], number, "submit time");
        double runs = number(fields[RUN_TIME], number, "run time");
        double processors = number(fields[PROCESSORS], number, "processors");
        double status = number(fields[STATUS], number, "status");
        add(
            jobs,
            new Job(
                submitted,
                runs,
                (int) Math.max(1, Math.min(processors, Integer.MAX_VALUE)),
                status == COMPLETED ? 0 : 1),
            number);
      }
    }
    return jobs;
  }

  private List<Job> table() throws IOException {
    List<Job> jobs = new ArrayList<>();
    try (CsvReader<NamedCsvRecord> rows = CsvReader.builder().ofNamedCsvRecord(lines())) {
      for (NamedCsvRecord row : rows) {
        @Nullable Job job =
            switch (format) {
              case SURF ->
                  new Job(
                      field(row, "submission_time") / MILLIS,
                      field(row, "duration") / MILLIS,
                      1,
                      0);
              case OPENB -> {
                boolean ran =
                    !text(row, "scheduled_time").isEmpty() && !text(row, "deletion_time").isEmpty();
                yield ran
                    ? new Job(
                        field(row, "creation_time"),
                        field(row, "deletion_time") - field(row, "scheduled_time"),
                        1,
                        0)
                    : null;
              }
              case AZURE_FUNCTIONS ->
                  new Job(
                      field(row, "end_timestamp") - field(row, "duration"),
                      field(row, "duration"),
                      1,
                      0);
              case SWF -> throw new AssertionError("read by lines");
            };
        if (job != null) {
          add(jobs, job, row.getStartingLineNumber());
        }
      }
    }
    return jobs;
  }

  /** One of a negative run time never ran. */
  private void add(List<Job> jobs, Job job, long line) {
    if (Math.abs(job.at()) > LATEST || job.runs() > LONGEST) {
      throw wrong(
          line,
          "it was submitted at %s s and ran %s s, which cannot be meant."
              .formatted(job.at(), job.runs()));
    }
    if (job.runs() >= 0) {
      jobs.add(job);
    }
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
    if (!NUMBER.matcher(text).matches()) {
      throw wrong(line, name + ": \"" + shown(text) + "\" is no number.");
    }
    return Double.parseDouble(text);
  }

  /** Fit for a terminal. */
  private static String shown(String text) {
    String clean = text.replaceAll("[^\\p{Print}]", "?");
    return clean.length() <= MOST_SHOWN ? clean : clean.substring(0, MOST_SHOWN) + "…";
  }

  private TraceInvalid wrong(long line, String what) {
    return new TraceInvalid(file + ", line " + line + ": " + what);
  }
}
