/** Who may attach, with what token. */
@NullMarked
package dev.dynode.domain.attach;

import org.jspecify.annotations.NullMarked;
