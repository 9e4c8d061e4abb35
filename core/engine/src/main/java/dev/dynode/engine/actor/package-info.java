/** The shells around the rules: they journal, carry out orders, supervise, and decide nothing. */
@NullMarked
package dev.dynode.engine.actor;

import org.jspecify.annotations.NullMarked;
