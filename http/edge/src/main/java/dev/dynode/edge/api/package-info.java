/** The Platform API, put together of its resources. */
@NullMarked
package dev.dynode.edge.api;

import org.jspecify.annotations.NullMarked;
