package dev.dynode.edge.api.releases;

import dev.dynode.edge.api.json.Identity;
import dev.dynode.edge.api.json.Named;
import dev.dynode.edge.api.json.Person;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A release. */
public record ReleaseJson(
    String id,
    int version,
    String description,
    String status,
    boolean current,
    boolean eligibleForRollback,
    @Nullable Identity slug,
    @Nullable Identity ociImage,
    List<Artifact> artifacts,
    List<String> addonPlanNames,
    @Nullable String outputStreamUrl,
    Named app,
    Person user,
    String createdAt,
    String updatedAt) {

  /** What the release is made of. */
  public record Artifact(String type, String id) {}
}
