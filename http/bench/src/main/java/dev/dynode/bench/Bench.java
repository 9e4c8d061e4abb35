package dev.dynode.bench;

import dev.dynode.bench.table.Row;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Measures a node of its own beside its peers, in a temporary folder that it deletes. Takes minutes
 * ({@link Effort}); {@link #close}, from any thread, ends what it started.
 */
public final class Bench implements AutoCloseable {
  /** Names of the parts, in their order. */
  public static final List<String> PARTS =
      List.of(
          "attached",
          "detached",
          "isolated",
          "keystrokes",
          "throughput",
          "lifecycles",
          "crowd",
          "ends",
          "history",
          "questions",
          "ledger",
          "heap");

  private final List<String> server;
  private final Effort effort;
  private final Consumer<String> progress;
  private final Path folder;
  private final List<AutoCloseable> open = new ArrayList<>();

  /**
   * @param server the command of {@code dynode server}, to which its options are added
   * @param progress told what is being done, in a few words
   */
  public Bench(List<String> server, Effort effort, Consumer<String> progress) throws IOException {
    this.server = List.copyOf(server);
    this.effort = effort;
    this.progress = progress;
    folder = Files.createTempDirectory("dynode-bench");
  }

  /**
   * The table, with a line about the machine above it.
   *
   * @param parts some of {@link #PARTS}
   * @throws IOException if the node fails at what it is asked
   */
  public String table(Set<String> parts) throws IOException {
    String machine = Machine.description();
    return table(machine, rows(parts));
  }

  public static String table(String machine, List<Row> rows) {
    StringBuilder table = new StringBuilder(machine).append("\n\n").append(Row.HEAD).append('\n');
    rows.forEach(row -> table.append(row.markdown()).append('\n'));
    long missed =
        rows.stream().filter(row -> row.aim().filter(aim -> !aim.met()).isPresent()).count();
    long aims = rows.stream().filter(row -> row.aim().isPresent()).count();
    return table
        .append("\n")
        .append(aims - missed)
        .append(" of ")
        .append(aims)
        .append(" aims met.\n")
        .toString();
  }

  private List<Row> rows(Set<String> parts) throws IOException {
    progress.accept("starting a node and its peers");
    MeasuredNode node = ends(MeasuredNode.start(server, folder.resolve("node")));
    Peers peers = ends(Peers.find(folder));
    BareRuntime bare = ends(new BareRuntime(folder.resolve("bare")));
    var box = new BareBox(bare, folder.resolve("box"));
    var starts = new Starts(node, peers, box, effort);
    List<Row> rows = new ArrayList<>();
    for (String part : PARTS) {
      if (parts.contains(part)) {
        progress.accept(part);
        rows.addAll(
            switch (part) {
              case "attached" -> starts.attached();
              case "detached" -> starts.detached();
              case "isolated" -> new Isolated(bare, box, effort).measure();
              case "keystrokes" -> new Keystrokes(node, bare, peers, effort).measure();
              case "throughput" -> new Throughput(node, bare, effort, folder).measure();
              case "lifecycles" -> new Lifecycles(node, effort).measure();
              case "crowd" -> new Crowd(node, effort).measure();
              case "ends" -> new Ends(node, box, effort).measure();
              case "history" ->
                  new Histories(server, effort, folder.resolve("history"), progress).measure();
              case "questions" ->
                  new Questions(server, effort, folder.resolve("questions"), progress).measure();
              case "ledger" ->
                  new Ledgers(server, effort, folder.resolve("ledger"), progress).measure();
              default -> new IdleHeap(node, effort, progress).measure();
            });
      }
    }
    return rows;
  }

  private synchronized <T extends AutoCloseable> T ends(T thing) {
    open.addFirst(thing);
    return thing;
  }

  /** All parts, or those named; complains about a name that is none. */
  public static Set<String> parts(List<String> named) {
    Set<String> unknown = new TreeSet<>(named);
    PARTS.forEach(unknown::remove);
    if (!unknown.isEmpty()) {
      throw new IllegalArgumentException("There is no part " + unknown + ", only " + PARTS + ".");
    }
    return Set.copyOf(named.isEmpty() ? PARTS : named);
  }

  @Override
  public synchronized void close() throws IOException {
    for (AutoCloseable thing : open) {
      try {
        thing.close();
      } catch (Exception e) {
        progress.accept("left behind: " + e.getMessage());
      }
    }
    open.clear();
    if (Files.exists(folder)) {
      delete(folder);
    }
  }

  public static void delete(Path folder) throws IOException {
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path each, @Nullable IOException failure)
              throws IOException {
            Files.delete(each);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
