/** What comes when, how long it takes and how much it uses: models, profiles and traces. */
@NullMarked
package dev.dynode.simulator.load;

import org.jspecify.annotations.NullMarked;
