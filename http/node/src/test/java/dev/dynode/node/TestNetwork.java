package dev.dynode.node;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A network of namespaces on one bridge, whose machines can be made deaf to one another in one
 * direction or both: what is sent vanishes, as on a broken cable, and nothing tells the sender. On
 * a second bridge they reach this process, and with it the database. Wants root, {@code ip} and
 * {@code bridge}.
 */
final class TestNetwork implements AutoCloseable {
  private static final int SECONDS = 20;
  private static final int AFTER_CUTS = 100;

  /** More than a process has at a time. */
  private static final int MOST = 16;

  private static final AtomicInteger NEXT = new AtomicInteger();

  private final String name;
  private final String prefix;
  private final String store;
  private final String storePrefix;
  private final Map<String, Integer> machines = new LinkedHashMap<>();
  private final Set<String> cuts = new TreeSet<>();

  TestNetwork() throws IOException {
    long pid = ProcessHandle.current().pid();
    int mine = NEXT.getAndIncrement() % MOST;
    String own = Long.toHexString(pid) + (char) ('g' + mine); // the kernel takes 15 letters at most
    name = "dt" + own;
    store = "dd" + own;
    long number = pid * MOST + mine;
    prefix = "10.%d.%d.".formatted(200 + number / 256 % 32, number % 256);
    run(
        "link add " + name + " type bridge",
        "addr add " + gateway() + "/24 dev " + name,
        "link set " + name + " up");
    storePrefix = "10.%d.%d.".formatted(168 + number / 256 % 32, number % 256);
    run(
        "link add " + store + " type bridge",
        "addr add " + database() + "/24 dev " + store,
        "link set " + store + " up");
  }

  /** Whether this machine lets us make networks. */
  static boolean possible() {
    try (var _ = new TestNetwork()) {
      return true;
    } catch (IOException notHere) {
      return false;
    }
  }

  /** Where this process is reached from all machines; cuts do not concern it. */
  String gateway() {
    return prefix + "1";
  }

  /** Where the database is reached from all machines, by a cable that {@link #unplug} pulls. */
  String database() {
    return storePrefix + "1";
  }

  String range() {
    return storePrefix + "0/24";
  }

  /** From now on a machine and the database hear nothing of one another. */
  synchronized void unplug(String machine) throws IOException {
    port(machine, 0);
  }

  /** The opposite. */
  synchronized void plug(String machine) throws IOException {
    port(machine, 3);
  }

  private void port(String machine, int state) throws IOException {
    ip(
        List.of("bridge", "-batch", "-"),
        "link set dev %s.%d state %d".formatted(store, number(machine), state));
  }

  /** Makes the machine if it is not there. */
  synchronized String address(String machine) throws IOException {
    if (!machines.containsKey(machine)) {
      int number = machines.size() + 2;
      String space = name + "-" + number;
      String link = name + "." + number;
      run("netns add " + space);
      machines.put(machine, number);
      run(
          "link add " + link + " type veth peer name eth0 netns " + space,
          "link set " + link + " master " + name + " up");
      String cable = store + "." + number;
      run(
          "link add " + cable + " type veth peer name eth1 netns " + space,
          "link set " + cable + " master " + store + " up");
      within(machine, "addr add " + storePrefix + number + "/24 dev eth1", "link set eth1 up");
      within(
          machine,
          "addr add " + prefix + number + "/24 dev eth0",
          "link set eth0 up",
          "link set lo up",
          "rule add pref " + AFTER_CUTS + " lookup local",
          "rule del pref 0");
    }
    return prefix + number(machine);
  }

  /** What a command must begin with to run on a machine. */
  synchronized List<String> on(String machine) {
    return List.of("nsenter", "--net=/var/run/netns/" + name + "-" + number(machine));
  }

  /** From now on nothing that one machine sends reaches the other. */
  void cut(String from, String to) throws IOException {
    if (cuts.add(from + " " + to)) {
      within(to, "rule add pref 10 from " + address(from) + " iif eth0 blackhole");
    }
  }

  /** Everything reaches everyone again. */
  void heal() throws IOException {
    for (String cut : cuts) {
      String[] ends = cut.split(" ", 2);
      within(ends[1], "rule del pref 10 from " + address(ends[0]) + " iif eth0 blackhole");
    }
    cuts.clear();
  }

  private int number(String machine) {
    return Objects.requireNonNull(machines.get(machine));
  }

  private void within(String machine, String... commands) throws IOException {
    ip(List.of("ip", "-n", name + "-" + number(machine), "-batch", "-"), commands);
  }

  private static void run(String... commands) throws IOException {
    ip(List.of("ip", "-batch", "-"), commands);
  }

  private static void ip(List<String> program, String... commands) throws IOException {
    Process process = new ProcessBuilder(program).redirectErrorStream(true).start();
    try (var in = process.outputWriter(StandardCharsets.UTF_8)) {
      for (String command : commands) {
        in.write(command + "\n");
      }
    }
    try (InputStream said = process.getInputStream()) {
      String text = new String(said.readAllBytes(), StandardCharsets.UTF_8);
      if (!process.waitFor(SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
        throw new IOException(program + " " + List.of(commands) + ": " + text);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }

  @Override
  public void close() throws IOException {
    for (int number : machines.values()) { // the kernel ends a name space, and links in it, later
      run("link del " + name + "." + number, "link del " + store + "." + number);
      run("netns del " + name + "-" + number);
    }
    run("link del " + name, "link del " + store);
  }
}
