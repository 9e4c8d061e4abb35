package dev.dynode.api.wire;

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
