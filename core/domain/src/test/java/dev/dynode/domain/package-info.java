@NullMarked
package dev.dynode.domain;

import org.jspecify.annotations.NullMarked;
