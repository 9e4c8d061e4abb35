/** What the rules need of the world; adapters implement these. */
@NullMarked
package dev.dynode.port;

import org.jspecify.annotations.NullMarked;
