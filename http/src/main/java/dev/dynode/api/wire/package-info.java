/** What the Platform API says, spelled as it spells it (names become snake_case). */
@NullMarked
package dev.dynode.api.wire;

import org.jspecify.annotations.NullMarked;
