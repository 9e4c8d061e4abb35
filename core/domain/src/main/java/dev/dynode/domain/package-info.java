/**
 * The spine every rule follows: deciders, decisions, refusals and orders. Pure: no clock, no I/O.
 */
@NullMarked
package dev.dynode.domain;

import org.jspecify.annotations.NullMarked;
