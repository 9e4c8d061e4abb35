package dev.dynode.simulator.world;

/** Between the parts of the platform: reports of hosts, and orders to them. */
@FunctionalInterface
public interface Network {
  /** Delivers a message: at once or later, once or often, or never. */
  void send(Runnable delivery);
}
