/** Maps that share with their former selves what both have in common. */
@NullMarked
package dev.dynode.domain.trie;

import org.jspecify.annotations.NullMarked;
