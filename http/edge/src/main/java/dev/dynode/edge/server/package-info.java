/** HTTP servers whose connections are limited: whoever is slow or silent holds up nobody else. */
@NullMarked
package dev.dynode.edge.server;

import org.jspecify.annotations.NullMarked;
