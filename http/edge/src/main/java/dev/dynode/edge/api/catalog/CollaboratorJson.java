package dev.dynode.edge.api.catalog;

import dev.dynode.edge.api.json.Named;
import java.util.List;

/** Somebody who may use an app. */
public record CollaboratorJson(
    Named app,
    String id,
    List<String> permissions,
    String role,
    User user,
    String createdAt,
    String updatedAt) {

  /** The account. */
  public record User(String id, String email, boolean federated) {}
}
