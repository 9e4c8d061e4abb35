package dev.dynode.domain.history;

import java.util.List;

/**
 * One event of a history, what it changed, and what was ordered because of it.
 *
 * @param sequence place in the history, from 1
 * @param before what was the case until then
 */
public record Step<E, S, O>(long sequence, E event, S before, S after, List<O> orders) {}
