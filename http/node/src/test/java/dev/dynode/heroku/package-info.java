/** Real clients, unmodified, against a real node. */
@NullMarked
package dev.dynode.heroku;

import org.jspecify.annotations.NullMarked;
