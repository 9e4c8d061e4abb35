/** The trees of actors of a node that is alone and of one in a cluster, and how they are asked. */
@NullMarked
package dev.dynode.engine;

import org.jspecify.annotations.NullMarked;
