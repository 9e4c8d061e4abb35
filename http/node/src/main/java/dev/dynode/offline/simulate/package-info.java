/** The command simulate: scenarios, reports. */
@NullMarked
package dev.dynode.offline.simulate;

import org.jspecify.annotations.NullMarked;
