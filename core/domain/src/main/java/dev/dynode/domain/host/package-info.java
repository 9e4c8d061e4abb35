/** What a host may run. */
@NullMarked
package dev.dynode.domain.host;

import org.jspecify.annotations.NullMarked;
