/** What happened: events, replay, explain. */
@NullMarked
package dev.dynode.cli.story;

import org.jspecify.annotations.NullMarked;
