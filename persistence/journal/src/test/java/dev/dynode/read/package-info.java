/** What is read from a journal for a question, against one that was decided by the rules. */
@NullMarked
package dev.dynode.read;

import org.jspecify.annotations.NullMarked;
