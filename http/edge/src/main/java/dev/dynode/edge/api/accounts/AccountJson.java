package dev.dynode.edge.api.accounts;

import dev.dynode.edge.api.json.Named;
import org.jspecify.annotations.Nullable;

/** An account. Much of it says nothing on an installation of one's own. */
public record AccountJson(
    String id,
    String email,
    @Nullable String name,
    boolean verified,
    boolean beta,
    boolean allowTracking,
    boolean federated,
    boolean twoFactorAuthentication,
    boolean mfaEnabled,
    boolean mfaExemption,
    @Nullable String mfaExemptionReason,
    String mfaExperience,
    boolean ecoDynosEnabled,
    @Nullable String ecoDynosShutdownAt,
    boolean acknowledgedMsa,
    @Nullable String acknowledgedMsaAt,
    @Nullable String italianCustomerTerms,
    @Nullable String italianPartnerTerms,
    @Nullable String pipelineCostConsentAt,
    @Nullable String countryOfResidence,
    @Nullable String smsNumber,
    @Nullable Named identityProvider,
    @Nullable Named defaultOrganization,
    @Nullable Named defaultTeam,
    @Nullable String lastLogin,
    @Nullable String suspendedAt,
    @Nullable String delinquentAt,
    String createdAt,
    String updatedAt) {}
