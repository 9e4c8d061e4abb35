/** What runs on this machine: one agent, one actor for each dyno's process. */
@NullMarked
package dev.dynode.actor.host;

import org.jspecify.annotations.NullMarked;
