/**
 * The program that holds the dynos of a machine and outlives the node (as containerd's shim does),
 * and what node and keeper say to one another. The JDK alone: it stays small, and a build must
 * understand the last one's.
 */
@NullMarked
package dev.dynode.keeper;

import org.jspecify.annotations.NullMarked;
