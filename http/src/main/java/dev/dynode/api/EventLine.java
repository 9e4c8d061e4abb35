package dev.dynode.api;

import java.time.Instant;
import java.util.Map;

/**
 * One journaled event of a dyno.
 *
 * @param sequence number in the dyno's journal, from 1
 * @param by who caused it: an account's email or {@code dynode}
 * @param type name of the event, such as {@code ClientAttached}
 * @param generation which launch of the dyno it is about
 * @param details its further fields; values are what JSON can hold
 */
public record EventLine(
    long sequence,
    Instant at,
    String by,
    String type,
    int generation,
    Map<String, Object> details) {}
