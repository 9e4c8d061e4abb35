/** An app and its dynos, supervised. */
@NullMarked
package dev.dynode.actor.app;

import org.jspecify.annotations.NullMarked;
