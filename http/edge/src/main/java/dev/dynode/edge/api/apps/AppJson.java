package dev.dynode.edge.api.apps;

import dev.dynode.edge.api.json.Named;
import dev.dynode.edge.api.json.Person;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An app. Beyond the schema, as Heroku's server does: {@code process_tier}, {@code create_status}.
 */
public record AppJson(
    String id,
    String name,
    Person owner,
    Named region,
    Named stack,
    Named buildStack,
    String generation,
    String processTier,
    String createStatus,
    boolean maintenance,
    boolean acm,
    String gitUrl,
    @Nullable String webUrl,
    @Nullable Long repoSize,
    @Nullable Long slugSize,
    @Nullable Space space,
    @Nullable Named team,
    @Nullable Named organization,
    boolean internalRouting,
    @Nullable String buildpackProvidedDescription,
    @Nullable String baseImageName,
    @Nullable List<String> buildpacks,
    List<String> currentBuildArchitecture,
    String createdAt,
    String updatedAt,
    @Nullable String releasedAt,
    @Nullable String archivedAt) {

  /** The space of a Private or Shield app. */
  public record Space(String id, String name, boolean shield) {}
}
