/** What an app leaves on disk beside its events: the last lines of its log, and its slugs. */
@NullMarked
package dev.dynode.store;

import org.jspecify.annotations.NullMarked;
