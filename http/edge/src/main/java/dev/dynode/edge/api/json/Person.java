package dev.dynode.edge.api.json;

/** An account by id and email. */
public record Person(String id, String email) {
  /** The account of this email: ids of accounts we do not know are made of it. */
  public static Person of(String email, String accountId, String accountEmail) {
    return new Person(
        email.equals(accountEmail) ? accountId : Named.of("account", email).id(), email);
  }
}
