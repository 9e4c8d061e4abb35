@NullMarked
package dev.dynode.bench;

import org.jspecify.annotations.NullMarked;
