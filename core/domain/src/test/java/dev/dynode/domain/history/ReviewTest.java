package dev.dynode.domain.history;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.dynode.domain.Refusal;
import dev.dynode.domain.Story;
import dev.dynode.domain.app.AppCommand;
import dev.dynode.domain.app.AppDecider;
import dev.dynode.domain.app.AppEvent;
import dev.dynode.domain.app.AppOrder;
import dev.dynode.domain.app.AppPolicy;
import dev.dynode.domain.app.AppState;
import dev.dynode.domain.app.Tier;
import dev.dynode.domain.attach.ExitMarker;
import dev.dynode.domain.directory.AppDirectory;
import dev.dynode.domain.directory.DirectoryCommand;
import dev.dynode.domain.dyno.DynoEvent.Ending;
import dev.dynode.domain.id.AppId;
import dev.dynode.domain.id.DynoId;
import dev.dynode.domain.id.ReleaseId;
import dev.dynode.domain.id.SlugId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * What was decided is decided again the same way, and what was not is found. (Of dynos {@code
 * DynoStoryTest} shows it.)
 */
@Tag("unit")
class ReviewTest {
  private static final String USER = "user@example.com";

  private final Story<AppCommand, AppEvent, AppState, AppOrder> story =
      new Story<>(new AppDecider(AppPolicy.HEROKU));
  private int ids;

  private UUID id() {
    return new UUID(7, ++ids);
  }

  private ReleaseId release() {
    return new ReleaseId(id());
  }

  private void app() {
    story.when(
        new AppCommand.CreateApp(
            USER, new AppId(id()), release(), "demo", Tier.PRODUCTION, "local", "dynode-1"));
  }

  private void set(String name, Optional<String> value) {
    story.after(Duration.ofSeconds(1));
    story.when(new AppCommand.SetConfig(USER, release(), Map.of(name, value)));
  }

  private ReleaseId released(int version) {
    return ((AppState.App) story.state()).release(version).orElseThrow().id();
  }

  private DynoId run(String command) {
    var dyno = new DynoId(id());
    story.when(
        new AppCommand.RunDyno(
            USER,
            dyno,
            4_242,
            command,
            "run",
            Optional.empty(),
            true,
            true,
            Map.of("COLUMNS", "120", "TOKEN", "secret"),
            Optional.empty(),
            Optional.of("key-" + dyno)));
    return dyno;
  }

  private static Optional<Review.Finding> review(List<AppEvent> journal) {
    Review<AppEvent, AppState> review = Review.ofApp();
    journal.forEach(review::add);
    review.end();
    return review.finding();
  }

  private static Optional<Review.Finding> changed(
      List<AppEvent> journal, int at, UnaryOperator<AppEvent> change) {
    var copy = new ArrayList<>(journal);
    copy.set(at - 1, change.apply(copy.get(at - 1)));
    return review(copy);
  }

  /** Everything an app may be asked for. */
  private void everything() {
    app();
    set("KEY", Optional.of("one"));
    set("OTHER", Optional.of("two"));
    set("KEY", Optional.empty());
    var slug = new SlugId(id());
    story.when(
        new AppCommand.CreateSlug(
            USER,
            slug,
            Map.of("rake", "bundle exec rake"),
            Optional.empty(),
            Optional.of("0123456789abcdef"),
            Optional.empty(),
            Optional.empty(),
            "dynode-1"));
    story.when(new AppCommand.ReportSlugStored(USER, slug, 10, "SHA256:00"));
    var unused = new SlugId(id());
    story.when(
        new AppCommand.CreateSlug(
            USER,
            unused,
            Map.of(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            "dynode-1"));
    story.when(new AppCommand.RemoveSlug(USER, unused));
    story.when(new AppCommand.CreateRelease(USER, release(), slug, Optional.empty()));
    story.when(new AppCommand.CreateRelease(USER, release(), slug, Optional.of("Rollback to v9")));
    story.when(new AppCommand.RollBack(USER, release(), released(2)));
    story.when(new AppCommand.RollBack(USER, release(), released(6)));
    DynoId first = run("rake db:migrate");
    run(ExitMarker.mark("exit 3"));
    run(" ");
    story.when(
        new AppCommand.RetireDyno("dynode", first, Ending.EXITED, Optional.of(0), story.now()));
    story.when(
        new AppCommand.UpdateApp(
            USER, Optional.of("renamed"), Optional.of(true), Optional.of(Tier.SHIELD)));
    story.when(
        new AppCommand.RefuseDyno(
            new AppCommand.RunDyno(
                USER,
                new DynoId(id()),
                1,
                "x".repeat(300),
                "run",
                Optional.of("Shield-M"),
                false,
                false,
                Map.of(),
                Optional.empty(),
                Optional.empty()),
            new Refusal(Refusal.Reason.NO_ROOM, "No host has room.", Map.of())));
    run("bash");
    story.when(new AppCommand.DeleteApp(USER));
  }

  @Test
  void whatTheRulesDecidedTheyDecideAgain() {
    everything();
    assertEquals(Optional.empty(), review(story.journal()));
    var kinds = story.journal().stream().map(Object::getClass).distinct().count();
    assertEquals(AppEvent.class.getPermittedSubclasses().length, kinds, "every event was there");
    for (int events = 0; events < story.journal().size(); events++) {
      var head = story.journal().subList(0, events);
      review(head)
          .ifPresent(
              cut -> assertEquals(head.size(), cut.sequence(), "only a decision cut in two"));
    }
  }

  @Test
  void whatTheyDidNotDecideIsFound() {
    everything();
    List<AppEvent> journal = story.journal();
    assertEquals(
        "ReleaseCreated: version is 9, should be 2",
        changed(
                journal,
                4,
                event -> {
                  var made = (AppEvent.ReleaseCreated) event;
                  return new AppEvent.ReleaseCreated(
                      made.at(),
                      made.by(),
                      made.id(),
                      9,
                      made.slug(),
                      made.description(),
                      made.rolledBackTo());
                })
            .map(finding -> finding.reason())
            .orElse("nothing"));
    assertEquals(
        Optional.of(new Review.Finding(3, "ConfigVarsChanged: removed is another one")),
        changed(
            journal,
            3,
            event ->
                new AppEvent.ConfigVarsChanged(
                    event.at(), event.by(), Map.of("KEY", "one"), Set.of("NONE"))));
  }

  @Test
  void namesAreReviewedToo() {
    var names = new Story<>(new AppDirectory(10));
    var app = new AppId(id());
    names.when(new DirectoryCommand.ClaimName(USER, "demo", app));
    names.when(new DirectoryCommand.FreeName(USER, "demo", app));
    var review = Review.ofNames();
    names.journal().forEach(review::add);
    review.end();
    assertEquals(Optional.empty(), review.finding());
    var twice = Review.ofNames();
    twice.add(names.journal().getFirst());
    twice.add(names.journal().getFirst());
    twice.end();
    assertEquals(2, twice.finding().orElseThrow().sequence());
  }
}
