/** Resource: account. */
@NullMarked
package dev.dynode.edge.api.accounts;

import org.jspecify.annotations.NullMarked;
