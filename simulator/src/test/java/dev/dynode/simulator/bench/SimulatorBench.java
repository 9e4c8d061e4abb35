package dev.dynode.simulator.bench;

import ch.qos.logback.classic.Level;
import dev.dynode.simulator.run.Result;
import dev.dynode.simulator.run.Run;
import dev.dynode.simulator.scenario.Scenario;
import dev.dynode.simulator.scenario.ScenarioFile;
import dev.dynode.simulator.time.Dice;
import dev.dynode.simulator.time.EventQueue;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.PriorityQueue;
import org.cloudsimplus.brokers.DatacenterBrokerSimple;
import org.cloudsimplus.cloudlets.Cloudlet;
import org.cloudsimplus.cloudlets.CloudletSimple;
import org.cloudsimplus.core.CloudSimPlus;
import org.cloudsimplus.datacenters.DatacenterSimple;
import org.cloudsimplus.hosts.Host;
import org.cloudsimplus.hosts.HostSimple;
import org.cloudsimplus.resources.Pe;
import org.cloudsimplus.resources.PeSimple;
import org.cloudsimplus.schedulers.cloudlet.CloudletSchedulerSpaceShared;
import org.cloudsimplus.util.Log;
import org.cloudsimplus.utilizationmodels.UtilizationModelFull;
import org.cloudsimplus.vms.Vm;
import org.cloudsimplus.vms.VmSimple;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * How fast simulations are, as rows of a table; nothing is asserted. {@code mvn -pl simulator -am
 * test -Dtest=SimulatorBench -Dsurefire.failIfNoSpecifiedTests=false}
 */
@Tag("unit")
class SimulatorBench {
  private static final int ROUNDS = 5;
  private static final int HOLDS = 2_000_000;

  private static void row(String what, double ours, String beside, double theirs) {
    System.out.printf(
        Locale.ROOT,
        "| %s | %,.0f | %s | %s | %s |%n",
        what,
        ours,
        beside,
        beside.isEmpty() ? "" : String.format(Locale.ROOT, "%,.0f", theirs),
        beside.isEmpty() ? "" : String.format(Locale.ROOT, "%.2f", ours / theirs));
  }

  private static double median(double... values) {
    Arrays.sort(values);
    return values[values.length / 2];
  }

  /** The hold model: take the next entry, add one at a random time after it. */
  @Test
  void pendingEvents() {
    for (int pending : new int[] {1_000, 100_000, 1_000_000}) {
      var ours = new double[ROUNDS];
      var theirs = new double[ROUNDS];
      for (int round = 0; round < ROUNDS; round++) {
        ours[round] = wheels(pending);
        theirs[round] = heap(pending);
      }
      row(
          String.format(Locale.ROOT, "entries a second, %,d pending", pending),
          median(ours),
          "`java.util.PriorityQueue`",
          median(theirs));
    }
  }

  private static double wheels(int pending) {
    var queue = new EventQueue();
    var dice = new Dice(1);
    Runnable[] again = new Runnable[1];
    again[0] = () -> queue.in((long) dice.exponential(3_600e9), again[0]);
    for (int i = 0; i < pending; i++) {
      again[0].run();
    }
    long began = System.nanoTime();
    for (int i = 0; i < HOLDS; i++) {
      queue.step();
    }
    return HOLDS / ((System.nanoTime() - began) / 1e9);
  }

  private record Item(long at, long sequence, Runnable task) implements Comparable<Item> {
    @Override
    public int compareTo(Item other) {
      int order = Long.compare(at, other.at);
      return order != 0 ? order : Long.compare(sequence, other.sequence);
    }
  }

  private static double heap(int pending) {
    var queue = new PriorityQueue<Item>();
    var dice = new Dice(1);
    Runnable nothing = () -> {};
    long sequence = 0;
    for (int i = 0; i < pending; i++) {
      queue.add(new Item((long) dice.exponential(3_600e9), sequence++, nothing));
    }
    long began = System.nanoTime();
    for (int i = 0; i < HOLDS; i++) {
      Item next = queue.remove();
      next.task().run();
      queue.add(new Item(next.at() + (long) dice.exponential(3_600e9), sequence++, nothing));
    }
    return HOLDS / ((System.nanoTime() - began) / 1e9);
  }

  private static Result run(String text) {
    Scenario scenario = ScenarioFile.parse(text, Path.of("."), List.of());
    return Run.of(scenario, (_, _, _) -> {});
  }

  private static void told(String what, Result run) {
    System.out.printf(
        Locale.ROOT,
        "| %s | %,.1f s | %,d events, %,.0f a second | %,.0f alive on average | heap up to %,d MB |%n",
        what,
        run.wallSeconds(),
        run.events(),
        run.events() / run.wallSeconds(),
        run.total().dynos().mean(),
        Runtime.getRuntime().maxMemory() >> 20);
  }

  @Test
  void runs() {
    String small =
        """
        name = small, length = 4000 h, hosts { number = 1, dynos = 200 }
        apps = [{ name = a, loads = [{ arrivals { per-hour = 100 }, duration { exponential = 6 min } }] }]
        """;
    run(small);
    told("one app, 10 dynos at a time", run(small));
    told(
        "3,000 apps, 100,000 dynos alive",
        run(
            """
            name = alive, length = 4 h, hosts { number = 2000, dynos = 100 }
            apps = [{ name = a, copies = 3000, loads = [{ arrivals { per-hour = 33.333 }, duration { exponential = 1 h } }] }]
            """));
    told(
        "a day of 1,000,000 dynos",
        run(
            """
            name = day, length = 24 h, hosts { number = 500, dynos = 200 }
            apps = [{ name = a, copies = 1000, loads = [{ arrivals { per-hour = 41.667 }, duration { exponential = 20 min } }] }]
            """));
    told(
        "C2M: 6,100 hosts, 2,000,000 starts",
        run(
            """
            name = c2m, length = 30 min, hosts { number = 6100, dynos = 400, placement = pack }
            limits.standard = 10000000
            apps = [{ name = a, copies = 400, loads = [{ arrivals { per-hour = 10000 }, duration = 2 h }] }]
            """));
  }

  /** The same jobs on the same machines: ten minutes each, 20 hosts with room for 50. */
  @Test
  void besideCloudSimPlus() {
    int jobs = 5_000;
    var ours = new double[ROUNDS];
    var theirs = new double[ROUNDS];
    for (int round = 0; round < ROUNDS; round++) {
      ours[round] = jobsOfOurs(jobs);
      theirs[round] = jobsOfCloudSim(jobs);
    }
    row("jobs a second", median(ours), "CloudSim Plus 8.5.7", median(theirs));
  }

  private static double jobsOfOurs(int jobs) {
    Result run =
        run(
            """
            name = jobs, length = 1 day, limits.standard = 1000000
            hosts { number = 20, dynos = 50, start-time = 0, when-full = wait }
            apps = [{ name = a, loads = [{ arrivals { per-hour = %f }, duration = 600 }] }]
            """
                .formatted(jobs / 24.0));
    return run.total().requests() / run.wallSeconds();
  }

  private static double jobsOfCloudSim(int jobs) {
    int hosts = 20;
    int room = 50;
    long mips = 1_000;
    Log.setLevel(Level.OFF);
    long began = System.nanoTime();
    var simulation = new CloudSimPlus();
    List<Host> machines = new ArrayList<>();
    List<Vm> vms = new ArrayList<>();
    for (int i = 0; i < hosts; i++) {
      List<Pe> cores = new ArrayList<>();
      for (int core = 0; core < room; core++) {
        cores.add(new PeSimple(mips));
      }
      machines.add(new HostSimple(1_000_000, 1_000_000, 1_000_000, cores));
      Vm vm = new VmSimple(mips, room);
      vm.setRam(1_000).setBw(1_000).setSize(1_000);
      vm.setCloudletScheduler(new CloudletSchedulerSpaceShared());
      vms.add(vm);
    }
    var _ = new DatacenterSimple(simulation, machines);
    var broker = new DatacenterBrokerSimple(simulation);
    broker.submitVmList(vms);
    var dice = new Dice(1);
    double at = 0;
    List<Cloudlet> cloudlets = new ArrayList<>();
    for (int i = 0; i < jobs; i++) {
      at += dice.exponential(86_400.0 / jobs);
      Cloudlet job = new CloudletSimple(600 * mips, 1, new UtilizationModelFull());
      job.setSubmissionDelay(at);
      cloudlets.add(job);
    }
    broker.submitCloudletList(cloudlets);
    simulation.start();
    int done = broker.getCloudletFinishedList().size();
    return done / ((System.nanoTime() - began) / 1e9);
  }
}
