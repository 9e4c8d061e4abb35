/** From a folder to a release. */
@NullMarked
package dev.dynode.cli.deploy;

import org.jspecify.annotations.NullMarked;
