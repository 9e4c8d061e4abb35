@NullMarked
package dev.dynode.edge.attach;

import org.jspecify.annotations.NullMarked;
