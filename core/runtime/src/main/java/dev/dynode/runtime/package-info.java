/**
 * Processes, terminals and pipes on this machine, by the foreign-function API. In the keeper:
 * {@code Keeper}, {@code KeptLaunch}, {@code Spawner}, {@code Guard}; in the node: {@code
 * LocalRuntime}, {@code Keepers}, {@code KeeperLink}, {@code KeptProcess}.
 */
@NullMarked
package dev.dynode.runtime;

import org.jspecify.annotations.NullMarked;
