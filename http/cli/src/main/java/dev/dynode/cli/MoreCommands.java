package dev.dynode.cli;

import java.util.Map;
import java.util.function.Supplier;

/**
 * Commands of a module that the command line does not know: of the node, of benchmarks. Looked up
 * where none of its own is meant, so that a client's start does not pay for it.
 */
@FunctionalInterface
public interface MoreCommands {
  /** What makes each, by name. */
  Map<String, Supplier<Object>> commands();
}
