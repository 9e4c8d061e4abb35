/**
 * What must follow from what, said a second time: from the documentation and from what has
 * happened, never by asking the deciders or the states they keep. Fault runs hold the deciders
 * against it word by word.
 */
@NullMarked
package dev.dynode.simulator.rules;

import org.jspecify.annotations.NullMarked;
