@NullMarked
package dev.dynode.actor;

import org.jspecify.annotations.NullMarked;
