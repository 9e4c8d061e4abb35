@NullMarked
package dev.dynode.store;

import org.jspecify.annotations.NullMarked;
