/**
 * How a node finds the others, joins them, and knows that it is one of them. To be given up on the
 * day Pekko Management does the same.
 */
@NullMarked
package dev.dynode.cluster;

import org.jspecify.annotations.NullMarked;
