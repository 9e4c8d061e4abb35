package dev.dynode.edge.api.catalog;

import static org.apache.pekko.http.javadsl.server.PathMatchers.segment;

import dev.dynode.domain.dyno.DynoSize;
import dev.dynode.domain.dyno.DynoSize.Family;
import dev.dynode.edge.api.context.ApiContext;
import dev.dynode.edge.api.context.Call;
import dev.dynode.edge.api.json.Named;
import dev.dynode.edge.api.json.Times;
import dev.dynode.edge.api.request.Errors;
import dev.dynode.edge.api.request.Json;
import dev.dynode.edge.api.request.Page.Field;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.server.AllDirectives;
import org.apache.pekko.http.javadsl.server.Route;

/** What there is to choose from: dyno sizes, stacks, regions. */
public final class CatalogRoutes extends AllDirectives {
  private static final List<Field<DynoSizeJson>> SIZE_FIELDS =
      List.of(Field.text("name", DynoSizeJson::name), Field.text("id", DynoSizeJson::id));
  private static final List<Field<StackJson>> STACK_FIELDS =
      List.of(Field.text("name", StackJson::name), Field.text("id", StackJson::id));
  private static final List<Field<RegionJson>> REGION_FIELDS =
      List.of(Field.text("name", RegionJson::name), Field.text("id", RegionJson::id));

  private final ApiContext desk;

  public CatalogRoutes(ApiContext desk) {
    this.desk = desk;
  }

  public Route routes() {
    return concat(
        path(
            segment("dyno-sizes"),
            () -> get(() -> desk.answer(call -> list(call, sizes(), SIZE_FIELDS)))),
        path(
            segment("dyno-sizes").slash(segment()),
            size -> get(() -> desk.answer(_ -> size(size)))),
        path(
            segment("apps").slash(segment()).slash("available-dyno-sizes"),
            app -> get(() -> desk.answer(call -> availableSizes(call, app)))),
        path(
            segment("stacks"),
            () -> get(() -> desk.answer(call -> list(call, stacks(), STACK_FIELDS)))),
        path(
            segment("stacks").slash(segment()),
            stack ->
                get(
                    () ->
                        desk.answer(
                            _ -> one(stacks(), stack, StackJson::name, StackJson::id, "stack")))),
        path(
            segment("apps").slash(segment()).slash("available-stacks"),
            app ->
                get(
                    () ->
                        desk.answer(
                            call ->
                                desk.app(app)
                                    .thenApply(_ -> desk.list(call, stacks(), STACK_FIELDS))))),
        path(
            segment("regions"),
            () -> get(() -> desk.answer(call -> list(call, regions(), REGION_FIELDS)))),
        path(
            segment("regions").slash(segment()),
            region ->
                get(
                    () ->
                        desk.answer(
                            _ ->
                                one(
                                    regions(),
                                    region,
                                    RegionJson::name,
                                    RegionJson::id,
                                    "region")))));
  }

  private <T> CompletionStage<HttpResponse> list(Call call, List<T> all, List<Field<T>> fields) {
    return CompletableFuture.completedFuture(desk.list(call, all, fields));
  }

  private static <T> CompletionStage<HttpResponse> one(
      List<T> all, String identity, Function<T, String> name, Function<T, String> id, String kind) {
    return CompletableFuture.completedFuture(
        all.stream()
            .filter(each -> name.apply(each).equals(identity) || id.apply(each).equals(identity))
            .findAny()
            .map(each -> Json.response(200, each))
            .orElseThrow(() -> Errors.notFound(kind).exception()));
  }

  private static CompletionStage<HttpResponse> size(String identity) {
    String name = DynoSize.named(identity).map(DynoSize::name).orElse(identity);
    return one(sizes(), name, DynoSizeJson::name, DynoSizeJson::id, "dyno size");
  }

  private CompletionStage<HttpResponse> availableSizes(Call call, String app) {
    return desk.app(app)
        .thenApply(
            view ->
                desk.list(
                    call,
                    DynoSize.ALL.stream()
                        .filter(view.tier()::allows)
                        .map(CatalogRoutes::size)
                        .toList(),
                    SIZE_FIELDS));
  }

  private static List<DynoSizeJson> sizes() {
    return DynoSize.ALL.stream().map(CatalogRoutes::size).toList();
  }

  private static DynoSizeJson size(DynoSize size) {
    boolean spaced = size.family() == Family.PRIVATE;
    String family = size.family().name().toLowerCase(Locale.ROOT);
    return new DynoSizeJson(
        Named.of("dyno-size", size.name()).id(),
        size.name(),
        size.memoryMegabytes() / 1024.0,
        size.compute(),
        size.dedicated(),
        false,
        spaced,
        architecture(),
        0,
        new DynoSizeJson.Cost(size.dollarsPerMonth() * 100, "month"),
        Named.of("generation", "cedar"),
        switch (size.family()) {
          case ECO, BASIC, PRIVATE -> family;
          case STANDARD, PERFORMANCE -> "production";
        },
        family);
  }

  private static String architecture() {
    String machine = System.getProperty("os.arch", "amd64");
    return machine.equals("aarch64") ? "arm64" : machine;
  }

  private String since() {
    return Times.of(desk.with().tokens().createdAt());
  }

  private List<StackJson> stacks() {
    Named stack = Named.of("stack", desk.settings().stack());
    return List.of(new StackJson(stack.id(), stack.name(), true, "public", since(), since()));
  }

  private List<RegionJson> regions() {
    Named region = Named.of("region", desk.settings().region());
    return List.of(
        new RegionJson(
            region.id(),
            region.name(),
            desk.settings().regionDescription(),
            "",
            "",
            false,
            new RegionJson.Provider("dynode", region.name()),
            since(),
            since()));
  }
}
