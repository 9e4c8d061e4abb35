/** The certificates of this host: a local authority and what it signs. */
@NullMarked
package dev.dynode.cluster.tls;

import org.jspecify.annotations.NullMarked;
