package dev.dynode.domain.view;

import dev.dynode.domain.app.DynoView;
import dev.dynode.domain.id.DynoId;
import java.util.Optional;

/**
 * Which dyno of an app is meant, and how it is.
 *
 * @param app its app's name
 * @param dyno none: it has ended, and the journal tells how, or it never was
 */
public record DynoAnswer(String app, DynoId id, Optional<DynoView> dyno) {}
