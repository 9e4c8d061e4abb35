/** Resource: apps. */
@NullMarked
package dev.dynode.edge.api.apps;

import org.jspecify.annotations.NullMarked;
