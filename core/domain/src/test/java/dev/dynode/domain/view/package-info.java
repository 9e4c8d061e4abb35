@NullMarked
package dev.dynode.domain.view;

import org.jspecify.annotations.NullMarked;
