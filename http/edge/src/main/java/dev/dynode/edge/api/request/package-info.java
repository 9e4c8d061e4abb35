/**
 * The Platform API, as Heroku's clients speak it: one class of routes per resource, one table of
 * errors.
 */
@NullMarked
package dev.dynode.edge.api.request;

import org.jspecify.annotations.NullMarked;
