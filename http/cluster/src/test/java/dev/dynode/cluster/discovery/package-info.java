/** Real name servers, and an API server that answers as the real one. */
@NullMarked
package dev.dynode.cluster.discovery;

import org.jspecify.annotations.NullMarked;
