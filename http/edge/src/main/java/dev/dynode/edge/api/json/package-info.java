/** What the Platform API says, spelled as it spells it (names become snake_case). */
@NullMarked
package dev.dynode.edge.api.json;

import org.jspecify.annotations.NullMarked;
