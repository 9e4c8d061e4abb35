@NullMarked
package dev.dynode.cluster.tls;

import org.jspecify.annotations.NullMarked;
