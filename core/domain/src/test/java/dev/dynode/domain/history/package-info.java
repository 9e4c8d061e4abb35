@NullMarked
package dev.dynode.domain.history;

import org.jspecify.annotations.NullMarked;
