package dev.dynode.edge.api.slugs;

import static org.apache.pekko.http.javadsl.server.PathMatchers.segment;

import dev.dynode.domain.app.AppCommand;
import dev.dynode.domain.view.SlugView;
import dev.dynode.edge.api.context.ApiContext;
import dev.dynode.edge.api.context.BlobLinks.Claim;
import dev.dynode.edge.api.context.Call;
import dev.dynode.edge.api.request.Errors;
import dev.dynode.edge.api.request.Json;
import dev.dynode.edge.api.request.Problem;
import dev.dynode.port.AppQuery;
import dev.dynode.port.SlugStore;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.server.AllDirectives;
import org.apache.pekko.http.javadsl.server.Route;
import org.apache.pekko.stream.javadsl.FileIO;
import org.apache.pekko.stream.javadsl.StreamConverters;

/**
 * {@code /blobs/SECRET}: where archives of slugs are put and got. The address is the permission.
 */
public final class BlobRoutes extends AllDirectives {
  private final ApiContext desk;
  private final Executor blocking;

  /**
   * @param blocking runs tasks that wait for disk and network
   */
  public BlobRoutes(ApiContext desk, Executor blocking) {
    this.desk = desk;
    this.blocking = blocking;
  }

  public Route routes() {
    return path(
        segment("blobs").slash(segment()),
        link ->
            concat(
                put(
                    () ->
                        withRequestTimeout(
                            desk.settings().slugs().uploadTimeout(),
                            () -> desk.answer(call -> upload(call, link)))),
                get(() -> desk.answer(call -> download(call, link)))));
  }

  private Claim claim(String link, boolean upload) {
    Claim claim =
        desk.with()
            .blobs()
            .read(link)
            .filter(known -> known.upload() == upload)
            .orElseThrow(() -> Errors.notFound("blob").exception());
    if (!desk.with().clock().instant().isBefore(claim.until())) {
      throw new Problem(410, "gone", "This address has expired; GET the slug for a new one.")
          .exception();
    }
    return claim;
  }

  private CompletionStage<SlugView> slug(Claim claim) {
    return desk.ask(claim.app().toString(), new AppQuery.OneSlug(claim.slug()));
  }

  private CompletionStage<HttpResponse> upload(Call call, String link) {
    Claim claim = claim(link, true);
    call.trust();
    long most = call.settings().slugs().maxSize();
    if (call.request().entity().getContentLengthOption().orElse(0) > most) {
      throw Errors.tooLarge(most).exception();
    }
    return slug(claim)
        .thenCompose(
            slug -> {
              if (slug.stored().isPresent()) {
                throw new Problem(
                        409,
                        "conflict",
                        "The slug has its archive; create another slug for another one.")
                    .exception();
              }
              InputStream archive =
                  call.request()
                      .entity()
                      .withSizeLimit(most)
                      .getDataBytes()
                      .runWith(
                          StreamConverters.asInputStream(call.settings().slugs().stallTimeout()),
                          desk.system());
              return CompletableFuture.supplyAsync(() -> store(slug, archive), blocking);
            })
        .thenCompose(
            stored ->
                desk.with()
                    .control()
                    .change(
                        claim.app(),
                        new AppCommand.ReportSlugStored(
                            call.by(), claim.slug(), stored.bytes(), stored.checksum()),
                        new AppQuery.Summary())
                    .thenApply(
                        answer -> {
                          ApiContext.done(answer);
                          return Json.response(
                              200, Map.of("size", stored.bytes(), "checksum", stored.checksum()));
                        }));
  }

  private SlugStore.Stored store(SlugView slug, InputStream archive) {
    try (archive) {
      try {
        return desk.with().slugs().put(slug.id(), archive, slug.checksum().orElse(""));
      } catch (SlugStore.Rejected e) {
        // A sender that is cut off while it sends would not read why.
        archive.transferTo(OutputStream.nullOutputStream());
        String why = e.getMessage();
        throw Errors.invalid(why == null ? "The archive is not acceptable." : why).exception();
      }
    } catch (IOException e) {
      throw new CompletionException(e);
    }
  }

  private CompletionStage<HttpResponse> download(Call call, String link) {
    Claim claim = claim(link, false);
    call.trust();
    return slug(claim)
        .thenApplyAsync(
            slug -> {
              try {
                Path archive = desk.with().archives().archive(slug.id());
                return HttpResponse.create()
                    .withEntity(
                        HttpEntities.create(
                            ContentTypes.APPLICATION_OCTET_STREAM,
                            Files.size(archive),
                            FileIO.fromPath(archive)));
              } catch (FileNotFoundException e) {
                throw new Problem(
                        404,
                        "not_found",
                        "The archive of this slug is missing in the slug store: restore it from a"
                            + " backup, or deploy its code again.")
                    .exception();
              } catch (IOException e) {
                throw new CompletionException(e);
              }
            },
            blocking);
  }
}
