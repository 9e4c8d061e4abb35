@NullMarked
package dev.dynode.domain.dyno;

import org.jspecify.annotations.NullMarked;
