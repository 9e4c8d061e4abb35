@NullMarked
package dev.dynode.actor.host;

import org.jspecify.annotations.NullMarked;
