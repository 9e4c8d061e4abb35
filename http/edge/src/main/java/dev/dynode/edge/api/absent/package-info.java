/** What Heroku has and this has not: said so, call by call. */
@NullMarked
package dev.dynode.edge.api.absent;

import org.jspecify.annotations.NullMarked;
