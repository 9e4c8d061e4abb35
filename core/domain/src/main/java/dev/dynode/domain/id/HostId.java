package dev.dynode.domain.id;

/** Identity of a machine that runs dynos. */
public record HostId(String value) {
  @Override
  public String toString() {
    return value;
  }
}
