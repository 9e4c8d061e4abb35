package dev.dynode.edge.api.accounts;

import static org.apache.pekko.http.javadsl.server.PathMatchers.segment;

import dev.dynode.edge.api.context.Account;
import dev.dynode.edge.api.context.ApiContext;
import dev.dynode.edge.api.context.Call;
import dev.dynode.edge.api.json.Named;
import dev.dynode.edge.api.json.Times;
import dev.dynode.edge.api.request.ApiFilters;
import dev.dynode.edge.api.request.Errors;
import dev.dynode.edge.api.request.Json;
import dev.dynode.edge.api.request.Problem;
import dev.dynode.edge.api.request.RateLimit;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.server.AllDirectives;
import org.apache.pekko.http.javadsl.server.Route;

/** {@code /account}, {@code /users/~} and {@code /oauth}: there is one account, and its token. */
public final class AccountRoutes extends AllDirectives {
  private final ApiContext desk;
  private final RateLimit rate;

  public AccountRoutes(ApiContext desk, RateLimit rate) {
    this.desk = desk;
    this.rate = rate;
  }

  public Route routes() {
    return concat(
        path(segment("account"), () -> get(() -> desk.answer(call -> ok(account(call.account()))))),
        path(
            segment("account").slash("rate-limits"),
            () -> get(() -> desk.answer(_ -> ok(Map.of("remaining", rate.remaining()))))),
        path(
            segment("users").slash(segment()),
            user -> get(() -> desk.answer(call -> user(call, user)))),
        path(
            segment("oauth").slash("authorizations"),
            () -> get(() -> desk.answer(call -> ok(List.of(authorization(call)))))),
        path(
            segment("oauth").slash("authorizations").slash(segment()),
            id ->
                concat(
                    get(() -> desk.answer(call -> authorization(call, id))),
                    delete(() -> desk.answer(call -> revoke(call, id))))),
        path(segment("oauth").slash("sessions"), () -> get(() -> desk.answer(_ -> ok(List.of())))),
        path(
            segment("oauth").slash("sessions").slash(segment()),
            _ ->
                delete(
                    () ->
                        desk.answer(
                            _ -> {
                              throw Errors.notFound("session").exception();
                            }))));
  }

  /** A path's user must be this account: its id, its email or {@code ~}. */
  public static void check(Account account, String user) {
    if (!user.equals("~")
        && !user.equals(account.id().toString())
        && !user.equalsIgnoreCase(account.email())) {
      throw Errors.notFound("user").exception();
    }
  }

  private static CompletionStage<HttpResponse> ok(Object body) {
    return CompletableFuture.completedFuture(Json.response(200, body));
  }

  private CompletionStage<HttpResponse> user(Call call, String user) {
    check(call.account(), user);
    return ok(account(call.account()));
  }

  private AccountJson account(Account account) {
    String since = Times.of(desk.with().tokens().createdAt());
    return new AccountJson(
        account.id().toString(),
        account.email(),
        account.name(),
        true,
        false,
        false,
        false,
        false,
        false,
        true,
        null,
        "legacy",
        true,
        null,
        true,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        since,
        since);
  }

  /** The token the caller came with; it gives away nothing the caller does not have. */
  private AuthorizationJson authorization(Call call) {
    String token = call.header("authorization").flatMap(ApiFilters::token).orElseThrow();
    String since = Times.of(desk.with().tokens().createdAt());
    String id = Named.of("authorization", call.account().id().toString()).id();
    return new AuthorizationJson(
        id,
        new AuthorizationJson.AccessToken(Named.of("token", id).id(), token, null),
        null,
        null,
        null,
        null,
        "The token of this installation",
        List.of("global"),
        new AuthorizationJson.User(
            call.account().id().toString(), call.account().email(), call.account().name()),
        since,
        since);
  }

  /** {@code ~} names it too: the stock client does not revoke the default authorization. */
  private CompletionStage<HttpResponse> authorization(Call call, String id) {
    AuthorizationJson mine = authorization(call);
    if (!id.equals("~") && !id.equals(mine.id())) {
      throw Errors.notFound("authorization").exception();
    }
    return ok(mine);
  }

  private CompletionStage<HttpResponse> revoke(Call call, String id) {
    authorization(call, id);
    throw new Problem(
            403,
            "forbidden",
            "This is the installation's only token; remove tokens.json on the server and restart it"
                + " to have another one made.")
        .exception();
  }
}
