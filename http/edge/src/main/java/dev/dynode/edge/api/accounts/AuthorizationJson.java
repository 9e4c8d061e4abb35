package dev.dynode.edge.api.accounts;

import dev.dynode.edge.api.json.Identity;
import dev.dynode.edge.api.json.Named;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An OAuth authorization: here, the token the caller came with. */
public record AuthorizationJson(
    String id,
    @Nullable AccessToken accessToken,
    @Nullable Named client,
    @Nullable Identity grant,
    @Nullable Identity refreshToken,
    @Nullable Identity session,
    String description,
    List<String> scope,
    User user,
    String createdAt,
    String updatedAt) {

  /** The token itself. */
  public record AccessToken(String id, String token, @Nullable Integer expiresIn) {}

  /** Whose it is. */
  public record User(String id, String email, String fullName) {}
}
