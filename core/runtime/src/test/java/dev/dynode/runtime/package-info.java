@NullMarked
package dev.dynode.runtime;

import org.jspecify.annotations.NullMarked;
