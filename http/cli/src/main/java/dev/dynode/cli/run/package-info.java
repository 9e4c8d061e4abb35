/** One dyno, attached to this terminal. */
@NullMarked
package dev.dynode.cli.run;

import org.jspecify.annotations.NullMarked;
