package dev.dynode.edge.api.slugs;

import dev.dynode.domain.view.SlugView;
import dev.dynode.edge.api.context.BlobLinks;
import dev.dynode.edge.api.context.Call;
import dev.dynode.edge.api.context.Presenter;
import dev.dynode.edge.api.json.Named;
import dev.dynode.edge.api.json.Times;

/** A slug as the API shows it. */
public final class SlugPresenter {
  private SlugPresenter() {}

  public static SlugJson slug(Presenter present, Call call, SlugView slug) {
    boolean upload = slug.stored().isEmpty();
    String link =
        present
            .with()
            .blobs()
            .issue(
                new BlobLinks.Claim(
                    upload,
                    slug.app(),
                    slug.id(),
                    present.with().clock().instant().plus(present.settings().slugs().urlLife())));
    return new SlugJson(
        slug.id().toString(),
        new SlugJson.Blob(upload ? "put" : "get", call.publicUrl() + "/blobs/" + link),
        slug.processTypes(),
        slug.stored().map(stored -> stored.checksum()).or(slug::checksum).orElse(null),
        slug.stored().map(stored -> stored.bytes()).orElse(null),
        slug.commit().orElse(null),
        slug.commitDescription().orElse(null),
        slug.buildpackDescription().orElse(null),
        Named.of("stack", slug.stack()),
        Times.of(slug.createdAt()),
        Times.of(slug.stored().map(stored -> stored.at()).orElse(slug.createdAt())),
        null);
  }
}
