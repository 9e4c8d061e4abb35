@NullMarked
package dev.dynode.engine.actor;

import org.jspecify.annotations.NullMarked;
