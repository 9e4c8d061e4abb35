/** Looking back without a node: at data folders and history files. */
@NullMarked
package dev.dynode.offline;

import org.jspecify.annotations.NullMarked;
