package dev.dynode.cli;

import org.jspecify.annotations.Nullable;

/** The API answered that it will not; or, with status 0, it did not answer at all. */
final class ApiError extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int status;
  private final @Nullable String id;

  ApiError(int status, @Nullable String id, String message) {
    super(message);
    this.status = status;
    this.id = id;
  }

  /** HTTP status; 0 when nobody answered. */
  int status() {
    return status;
  }

  boolean unreachable() {
    return status == 0;
  }

  /** As printed. */
  String text() {
    return id == null ? getMessage() + "" : getMessage() + " (" + id + ")";
  }
}
