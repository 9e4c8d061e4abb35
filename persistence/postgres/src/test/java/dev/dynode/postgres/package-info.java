/** What nodes share, against a real server. */
@NullMarked
package dev.dynode.postgres;

import org.jspecify.annotations.NullMarked;
