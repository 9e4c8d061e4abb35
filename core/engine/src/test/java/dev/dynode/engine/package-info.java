@NullMarked
package dev.dynode.engine;

import org.jspecify.annotations.NullMarked;
