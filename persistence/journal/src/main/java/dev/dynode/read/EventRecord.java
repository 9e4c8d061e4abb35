package dev.dynode.read;

import java.time.Instant;

/**
 * One journaled event.
 *
 * @param sequenceNumber place in the history of its id, from 1
 * @param offset place in the whole journal, from 1
 * @param timestamp when the journal took it, to the millisecond
 * @param event as its serializer reads it today
 */
public record EventRecord(
    String persistenceId, long sequenceNumber, long offset, Instant timestamp, Object event) {}
