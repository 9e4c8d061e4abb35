/** Resources: releases, config vars. */
@NullMarked
package dev.dynode.edge.api.releases;

import org.jspecify.annotations.NullMarked;
