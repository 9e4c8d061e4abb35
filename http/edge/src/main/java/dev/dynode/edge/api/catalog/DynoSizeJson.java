package dev.dynode.edge.api.catalog;

import dev.dynode.edge.api.json.Named;

/** A dyno size; memory in GB, cost per month of 720 h. */
public record DynoSizeJson(
    String id,
    String name,
    double memory,
    int compute,
    boolean dedicated,
    boolean canAutoscale,
    boolean privateSpaceOnly,
    String architecture,
    double preciseDynoUnits,
    Cost cost,
    Named generation,
    String infrastructureTier,
    String productDynoTier) {

  /** Price per unit of time. */
  public record Cost(int cents, String unit) {}
}
