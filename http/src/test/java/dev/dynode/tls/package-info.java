@NullMarked
package dev.dynode.tls;

import org.jspecify.annotations.NullMarked;
