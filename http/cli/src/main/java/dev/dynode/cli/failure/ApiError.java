package dev.dynode.cli.failure;

import org.jspecify.annotations.Nullable;

/** The API answered that it will not; or, with status 0, it did not answer at all. */
public final class ApiError extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int status;
  private final @Nullable String id;

  public ApiError(int status, @Nullable String id, String message) {
    super(message);
    this.status = status;
    this.id = id;
  }

  /** HTTP status; 0 when nobody answered. */
  public int status() {
    return status;
  }

  public boolean unreachable() {
    return status == 0;
  }

  /** As printed. */
  public String text() {
    return id == null ? getMessage() + "" : getMessage() + " (" + id + ")";
  }
}
