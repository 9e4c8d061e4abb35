@NullMarked
package dev.dynode.node;

import org.jspecify.annotations.NullMarked;
