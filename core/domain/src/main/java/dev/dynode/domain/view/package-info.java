/** What people and programs are told of an app and its dynos: small records, cut from its state. */
@NullMarked
package dev.dynode.domain.view;

import org.jspecify.annotations.NullMarked;
