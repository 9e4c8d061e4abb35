/** Who tells whom what, between an app, its dynos and the hosts. */
@NullMarked
package dev.dynode.domain.conductor;

import org.jspecify.annotations.NullMarked;
