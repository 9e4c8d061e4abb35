/** The generated pages of the documentation. */
@NullMarked
package dev.dynode.docs;

import org.jspecify.annotations.NullMarked;
