package dev.dynode.domain.view;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.dynode.domain.app.AppState.App;
import dev.dynode.domain.app.AppState.Release;
import dev.dynode.domain.app.AppState.Requested;
import dev.dynode.domain.app.DynoView;
import dev.dynode.domain.id.DynoId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.ToIntFunction;

/**
 * An app and its dynos at one moment, to be read by its own actor: what others are told is cut from
 * it.
 *
 * @param dynos how a dyno that takes a slot is
 */
public record AppReading(App app, Function<Requested, DynoView> dynos) {
  /**
   * What a page takes at most, in bytes, but for its last item: pages of large items are short, and
   * messages between nodes stay within their bound.
   */
  public static final int PAGE_BYTES = 256 << 10;

  /** What an item takes beside its long texts: more than names, times and ids do. */
  public static final int ITEM_BYTES = 1 << 10;

  private static final Comparator<DynoId> ORDER = Comparator.comparing(DynoId::toString);

  /** As many dynos as a page holds, those after the given one. */
  public DynoPage dynos(Optional<DynoId> after) {
    List<Requested> left =
        app.roster().values().stream()
            .filter(one -> after.isEmpty() || ORDER.compare(one.spec().id(), after.get()) > 0)
            .sorted(Comparator.comparing(one -> one.spec().id(), ORDER))
            .toList();
    List<Requested> page = page(left, one -> bytes(one.spec().command()));
    return new DynoPage(
        app.name(),
        page.stream().map(dynos).toList(),
        page.size() < left.size() ? Optional.of(page.getLast().spec().id()) : Optional.empty());
  }

  /**
   * The dyno of this name or id: one that takes a slot, or else one that has ended. An id may be
   * that of one which only the journal still knows.
   */
  public Optional<DynoAnswer> dyno(String identity) {
    return app.dyno(identity)
        .or(() -> id(identity))
        .map(
            id ->
                new DynoAnswer(
                    app.name(), id, Optional.ofNullable(app.roster().get(id)).map(dynos)));
  }

  private static Optional<DynoId> id(String identity) {
    try {
      return identity.length() == 36
          ? Optional.of(new DynoId(UUID.fromString(identity)))
          : Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** As many releases as a page holds, those after the given version. */
  public ReleasePage releases(int after) {
    List<Release> left = app.releases().stream().filter(one -> one.version() > after).toList();
    List<Release> page = page(left, one -> bytes(one.description()));
    return new ReleasePage(
        app.name(),
        app.currentRelease().version(),
        page.stream().map(ReleaseSummary::of).toList(),
        page.size() < left.size() ? Optional.of(page.getLast().version()) : Optional.empty());
  }

  /** By id, version ({@code 12} or {@code v12}), or {@code current}. */
  public Optional<Release> release(String identity) {
    String version = identity.startsWith("v") ? identity.substring(1) : identity;
    return app.releases().stream()
        .filter(
            release ->
                Integer.toString(release.version()).equals(version)
                    || release.id().toString().equals(identity))
        .findAny()
        .or(
            () ->
                identity.equals("current") ? Optional.of(app.currentRelease()) : Optional.empty());
  }

  /** The first of them, until the page is full: one at least. */
  private static <T> List<T> page(List<T> all, ToIntFunction<T> bytes) {
    var page = new ArrayList<T>();
    long taken = 0;
    for (T one : all) {
      if (taken >= PAGE_BYTES) {
        break;
      }
      taken += ITEM_BYTES + bytes.applyAsInt(one);
      page.add(one);
    }
    return page;
  }

  private static int bytes(String text) {
    return text.getBytes(UTF_8).length;
  }
}
