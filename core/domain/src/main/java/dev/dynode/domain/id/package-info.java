/** The names and identities of things: one small record each, so that no two kinds can be mixed. */
@NullMarked
package dev.dynode.domain.id;

import org.jspecify.annotations.NullMarked;
