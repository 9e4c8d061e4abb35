package dev.dynode.domain.view;

import dev.dynode.domain.app.DynoView;
import dev.dynode.domain.id.DynoId;
import java.util.List;
import java.util.Optional;

/**
 * Some of the dynos that take a slot of an app, in order of their ids.
 *
 * @param app its name
 * @param next whose page comes after this one; none: this is the last
 */
public record DynoPage(String app, List<DynoView> dynos, Optional<DynoId> next) {}
