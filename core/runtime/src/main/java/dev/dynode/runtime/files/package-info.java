/** The files of dynos: made, found again, removed whatever a dyno has done to them. */
@NullMarked
package dev.dynode.runtime.files;

import org.jspecify.annotations.NullMarked;
