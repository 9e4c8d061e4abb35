@NullMarked
package dev.dynode;

import org.jspecify.annotations.NullMarked;
