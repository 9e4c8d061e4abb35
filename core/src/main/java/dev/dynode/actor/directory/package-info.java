/** The names of all apps. */
@NullMarked
package dev.dynode.actor.directory;

import org.jspecify.annotations.NullMarked;
