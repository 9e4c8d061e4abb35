package dev.dynode.domain.logs;

import java.time.Instant;

/**
 * One line of an app's log, printed as {@code TIME SOURCE[DYNO]: TEXT} (Heroku's article
 * "Logging").
 *
 * @param source {@code app} or {@code heroku}
 * @param process dyno name, or {@code api}, {@code router}
 * @param text without line end
 */
public record LogLine(Instant at, String source, String process, String text) {}
