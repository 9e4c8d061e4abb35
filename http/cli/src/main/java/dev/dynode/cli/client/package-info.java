/** The node a command talks to: where it is, how it is started, what it answers. */
@NullMarked
package dev.dynode.cli.client;

import org.jspecify.annotations.NullMarked;
