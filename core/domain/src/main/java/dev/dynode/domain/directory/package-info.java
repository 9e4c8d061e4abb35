/** Which app names are taken, and by which app. */
@NullMarked
package dev.dynode.domain.directory;

import org.jspecify.annotations.NullMarked;
