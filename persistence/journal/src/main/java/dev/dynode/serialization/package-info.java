/**
 * How events and snapshots are written: Jackson CBOR, with everything Jackson needs to know about
 * the domain kept here, never in it.
 */
@NullMarked
package dev.dynode.serialization;

import org.jspecify.annotations.NullMarked;
