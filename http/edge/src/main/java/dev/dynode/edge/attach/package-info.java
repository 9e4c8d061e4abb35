/** The TLS byte-stream server that {@code heroku run} dials: token line, greeting, raw bytes. */
@NullMarked
package dev.dynode.edge.attach;

import org.jspecify.annotations.NullMarked;
