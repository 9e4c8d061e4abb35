/** Carries out what a dyno's rules order. */
@NullMarked
package dev.dynode.actor.dyno;

import org.jspecify.annotations.NullMarked;
