/** Resources: slugs and their archives. */
@NullMarked
package dev.dynode.edge.api.slugs;

import org.jspecify.annotations.NullMarked;
