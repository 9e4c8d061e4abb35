package dev.dynode.edge.api.absent;

import dev.dynode.edge.api.request.Problem;
import java.util.Map;
import java.util.Optional;

/**
 * What Heroku's API has and Dynode does not, by the names of its schema: the one table. A call of
 * the schema that no route answers is answered from here.
 */
public final class NotAvailable {
  /** Things there are none of: their lists are empty, none of them is found. */
  private static final Map<String, String> NONE =
      Map.ofEntries(
          Map.entry("account-delinquency", "billing"),
          Map.entry("account-feature", "account features"),
          Map.entry("add-on", "add-ons"),
          Map.entry("add-on-attachment", "add-ons"),
          Map.entry("add-on-region-capability", "add-ons"),
          Map.entry("add-on-service", "add-ons"),
          Map.entry("app-feature", "app features"),
          Map.entry("app-setup", "app setups"),
          Map.entry("app-transfer", "other account an app could be given to"),
          Map.entry("app-webhook", "webhooks"),
          Map.entry("app-webhook-delivery", "webhooks"),
          Map.entry("app-webhook-event", "webhooks"),
          Map.entry("build", "builds; `dynode deploy FOLDER` makes a release"),
          Map.entry("build-metadata", "builds; `dynode deploy FOLDER` makes a release"),
          Map.entry("buildpack-installation", "buildpacks"),
          Map.entry("credit", "billing"),
          Map.entry("enterprise-account", "enterprise accounts"),
          Map.entry("identity-provider", "single sign-on"),
          Map.entry("invoice", "billing"),
          Map.entry("invoice-address", "billing"),
          Map.entry("key", "SSH keys, as it has no git server"),
          Map.entry("log-drain", "log drains"),
          Map.entry("oauth-client", "OAuth clients"),
          Map.entry("oci-image", "container images"),
          Map.entry("password-reset", "passwords, only tokens"),
          Map.entry("payment", "billing"),
          Map.entry("payment-method", "billing"),
          Map.entry("pipeline", "pipelines"),
          Map.entry("pipeline-coupling", "pipelines"),
          Map.entry("pipeline-promotion", "pipelines"),
          Map.entry("pipeline-transfer", "pipelines"),
          Map.entry("plan", "add-ons"),
          Map.entry("review-app", "review apps"),
          Map.entry("sms-number", "SMS numbers"),
          Map.entry("sni-endpoint", "certificates of apps"),
          Map.entry("source", "builds; `dynode deploy FOLDER` makes a release"),
          Map.entry("space", "private spaces"),
          Map.entry("team", "teams"),
          Map.entry("team-app", "teams"),
          Map.entry("team-app-collaborator", "teams"),
          Map.entry("team-app-permission", "teams"),
          Map.entry("team-invitation", "teams"),
          Map.entry("team-preferences", "teams"),
          Map.entry("telemetry-drain", "telemetry drains"),
          Map.entry("test-run", "continuous integration"),
          Map.entry("usage", "usage records"),
          Map.entry("usage-history", "usage records"),
          Map.entry("user-preferences", "preferences"));

  /** What cannot be done with things that are there. */
  private static final Map<String, String> CANNOT =
      Map.ofEntries(
          Map.entry(
              "account",
              "change its one account; the node's configuration names it, dynode.account"),
          Map.entry("app", "manage certificates of apps"),
          Map.entry("capability", "tell capabilities"),
          Map.entry("collaborator", "give anybody else access to an app; it has one account"),
          Map.entry("config-vars-settings", "tell or change settings of config vars"),
          Map.entry("domain", "add, change or remove domains; an app has the one of its web_url"),
          Map.entry("dyno-processes", "start a second program in a running dyno"),
          Map.entry("filter-apps", "filter apps"),
          Map.entry("formation", "scale process types; it runs one-off dynos only"),
          Map.entry("gateway-token", "make tokens; the installation has one"),
          Map.entry("generation", "choose generations"),
          Map.entry(
              "oauth-authorization",
              "make, change or renew tokens; the installation has one, which may do everything and"
                  + " does not expire"),
          Map.entry("oauth-token", "make or revoke tokens; the installation has one"));

  private NotAvailable() {}

  /** Whether there are none of these, ever. */
  public static boolean none(String resource) {
    return NONE.containsKey(resource);
  }

  /** The call is Heroku's, not Dynode's. */
  static Problem of(String resource) {
    return new Problem(501, "not_available", sentence(resource)).with("resource", key(resource));
  }

  /** Of these none was found, as there is none. */
  static Problem missing(String resource) {
    String called = key(resource).replace("add_on", "add-on").replace('_', ' ');
    return new Problem(404, "not_found", "Couldn't find that " + called + ". " + sentence(resource))
        .with("resource", key(resource));
  }

  private static String key(String resource) {
    return resource.replace('-', '_');
  }

  private static String sentence(String resource) {
    return "Dynode "
        + Optional.ofNullable(NONE.get(resource))
            .map("has no "::concat)
            .or(() -> Optional.ofNullable(CANNOT.get(resource)).map("cannot "::concat))
            .orElse("does not answer this call")
        + ".";
  }
}
