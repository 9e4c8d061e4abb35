/** What the resources of the API share: the call, who answers it, how things are shown. */
@NullMarked
package dev.dynode.edge.api.context;

import org.jspecify.annotations.NullMarked;
