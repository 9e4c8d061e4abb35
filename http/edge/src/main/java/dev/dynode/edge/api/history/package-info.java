/** Resources: events, replay, explain, verify. */
@NullMarked
package dev.dynode.edge.api.history;

import org.jspecify.annotations.NullMarked;
