@NullMarked
package dev.dynode.domain.app;

import org.jspecify.annotations.NullMarked;
