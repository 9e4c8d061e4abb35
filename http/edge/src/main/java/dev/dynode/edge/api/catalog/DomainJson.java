package dev.dynode.edge.api.catalog;

import dev.dynode.edge.api.json.Named;
import org.jspecify.annotations.Nullable;

/** A host name under which the router answers for an app. */
public record DomainJson(
    Named app,
    String id,
    String hostname,
    String kind,
    String status,
    @Nullable String cname,
    @Nullable String acmStatus,
    @Nullable String acmStatusReason,
    @Nullable Named sniEndpoint,
    String createdAt,
    String updatedAt) {}
