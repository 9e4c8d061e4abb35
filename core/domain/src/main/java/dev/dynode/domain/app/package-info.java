/** The rules of an app: config, releases, formation, limits, roster. */
@NullMarked
package dev.dynode.domain.app;

import org.jspecify.annotations.NullMarked;
