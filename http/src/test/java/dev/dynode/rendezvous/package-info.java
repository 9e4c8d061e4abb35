@NullMarked
package dev.dynode.rendezvous;

import org.jspecify.annotations.NullMarked;
