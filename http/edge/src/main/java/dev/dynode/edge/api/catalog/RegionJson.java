package dev.dynode.edge.api.catalog;

/** A region. */
public record RegionJson(
    String id,
    String name,
    String description,
    String country,
    String locale,
    boolean privateCapable,
    Provider provider,
    String createdAt,
    String updatedAt) {

  /** Who runs it. */
  public record Provider(String name, String region) {}
}
