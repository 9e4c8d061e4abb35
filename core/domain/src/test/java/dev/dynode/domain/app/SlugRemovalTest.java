package dev.dynode.domain.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dynode.domain.Refusal;
import dev.dynode.domain.Story;
import dev.dynode.domain.app.AppState.App;
import dev.dynode.domain.dyno.DynoEvent.Ending;
import dev.dynode.domain.history.Review;
import dev.dynode.domain.id.AppId;
import dev.dynode.domain.id.DynoId;
import dev.dynode.domain.id.ReleaseId;
import dev.dynode.domain.id.SlugId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Slugs that nothing needs are given up, so that an app can be deployed for ever. */
@Tag("unit")
class SlugRemovalTest {
  private static final String USER = "user@example.com";
  private static final int WINDOW = 3;

  private final List<AppEvent> history = new ArrayList<>();
  private final List<AppOrder> orders = new ArrayList<>();
  private int ids;
  private AppDecider rules = rules(WINDOW, 10);
  private AppState state = rules.initial();

  SlugRemovalTest() {
    when(
        new AppCommand.CreateApp(
            USER, new AppId(id(1)), release(), "demo", Tier.PRODUCTION, "us", "heroku-24"));
  }

  private static AppDecider rules(int window, int most) {
    AppPolicy heroku = AppPolicy.HEROKU;
    return new AppDecider(
        new AppPolicy(
            heroku.oneOffLimits(),
            heroku.commandCharacters(),
            heroku.envVariables(),
            heroku.configBytes(),
            heroku.longestTimeToLive(),
            heroku.shieldIdleAfter(),
            most,
            window,
            heroku.dyno()));
  }

  private UUID id(int kind) {
    return new UUID(kind, ++ids);
  }

  private ReleaseId release() {
    return new ReleaseId(id(3));
  }

  private Optional<Refusal> when(AppCommand command) {
    var decision = rules.decide(state, command, Story.START.plusSeconds(++ids));
    orders.clear();
    for (AppEvent event : decision.events()) {
      history.add(event);
      state = rules.evolve(state, event);
      orders.addAll(rules.react(event, state));
    }
    return decision instanceof dev.dynode.domain.Decision.Refused<AppEvent>(Refusal why, _)
        ? Optional.of(why)
        : Optional.empty();
  }

  private App app() {
    return assertInstanceOf(App.class, state);
  }

  private static AppCommand create(SlugId slug) {
    return new AppCommand.CreateSlug(
        USER,
        slug,
        Map.of("web", "x"),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        "heroku-24");
  }

  private SlugId upload() {
    var slug = new SlugId(id(2));
    assertEquals(Optional.empty(), when(create(slug)));
    when(new AppCommand.ReportSlugStored(USER, slug, 10, "SHA256:ab"));
    return slug;
  }

  private SlugId deploy() {
    SlugId slug = upload();
    assertEquals(
        Optional.empty(),
        when(new AppCommand.CreateRelease(USER, release(), slug, Optional.empty())));
    return slug;
  }

  private DynoId run() {
    var dyno = new DynoId(id(4));
    when(
        new AppCommand.RunDyno(
            USER,
            dyno,
            ids,
            "bash",
            "run",
            Optional.empty(),
            false,
            false,
            Map.of(),
            Optional.empty(),
            Optional.empty()));
    return dyno;
  }

  private ReleaseId releaseOf(SlugId slug) {
    return app().releases().stream()
        .filter(release -> release.slug().equals(Optional.of(slug)))
        .findFirst()
        .orElseThrow()
        .id();
  }

  /** Decided again, as {@code dynode verify} does, the history holds together. */
  private void decidedAgain() {
    var review = Review.ofApp();
    history.forEach(review::add);
    review.end();
    assertEquals(Optional.empty(), review.finding());
    assertEquals(state, review.state());
  }

  @Test
  void anAppIsDeployedForEver() {
    var last = new ArrayList<SlugId>();
    for (int i = 0; i < 1_200; i++) {
      last.add(deploy());
      assertTrue(app().slugs().size() <= WINDOW + 1, "after " + i);
    }
    assertEquals(
        new HashSet<>(last.subList(last.size() - WINDOW, last.size())), app().slugs().keySet());
    assertEquals(1_201, app().releases().size());
    decidedAgain();
  }

  @Test
  void whatIsRemovedIsForgottenByTheStoreAlsoAfterACrash() {
    SlugId first = deploy();
    deploy();
    deploy();
    deploy();
    assertTrue(orders.contains(new AppOrder.RemoveSlugs(List.of(first))), orders.toString());
    assertTrue(rules.resume(state, Story.START).contains(new AppOrder.RemoveSlugs(List.of(first))));
  }

  @Test
  void whatIsRemovedIsNotMadeAgainByACommandThatIsRepeated() {
    SlugId first = deploy();
    deploy();
    deploy();
    deploy();
    AppState before = state;
    assertEquals(Optional.empty(), when(create(first)));
    assertEquals(before, state);
    decidedAgain();
  }

  @Test
  void aRollbackGoesAsFarAsTheWindowAndNoFurther() {
    SlugId first = deploy();
    SlugId second = deploy();
    deploy();
    deploy();
    Refusal refusal =
        when(new AppCommand.RollBack(USER, release(), releaseOf(first))).orElseThrow();
    assertEquals(Refusal.Reason.INVALID, refusal.reason());
    assertTrue(refusal.message().contains("the slug of v2 was removed"), refusal.message());
    Refusal again =
        when(new AppCommand.CreateRelease(USER, release(), first, Optional.empty())).orElseThrow();
    assertTrue(again.message().contains("was removed"), again.message());
    assertEquals(
        Optional.empty(), when(new AppCommand.RollBack(USER, release(), releaseOf(second))));
    assertEquals(Optional.of(second), app().currentRelease().slug());
    assertTrue(app().slugs().containsKey(second));
    decidedAgain();
  }

  @Test
  void configChangesCountAsReleasesButNeverTakeTheCurrentSlug() {
    SlugId slug = deploy();
    for (int i = 0; i < 10; i++) {
      when(new AppCommand.SetConfig(USER, release(), Map.of("A", Optional.of("" + i))));
    }
    assertEquals(List.of(slug), List.copyOf(app().slugs().keySet()));
    decidedAgain();
  }

  @Test
  void aDynosSlugStaysUntilItEnds() {
    SlugId slug = deploy();
    DynoId dyno = run();
    for (int i = 0; i < 10; i++) {
      deploy();
    }
    assertTrue(app().slugs().containsKey(slug));
    when(
        new AppCommand.RetireDyno(
            USER, dyno, Ending.EXITED, Optional.of(0), Story.START.plusSeconds(++ids)));
    assertFalse(app().slugs().containsKey(slug));
    assertTrue(orders.contains(new AppOrder.RemoveSlugs(List.of(slug))), orders.toString());
    decidedAgain();
  }

  @Test
  void slugsThatAreNeverReleasedDoNotPileUpEither() {
    SlugId current = deploy();
    SlugId last = current;
    for (int i = 0; i < 50; i++) {
      last = upload();
    }
    assertEquals(WINDOW + 1, app().slugs().size());
    assertTrue(app().slugs().keySet().containsAll(List.of(current, last)));
    decidedAgain();
  }

  @Test
  void anAppThatWasFullBeforeThereWasAWindowIsMendedByItsNextDeploy() {
    rules = rules(1_000, 10);
    for (int i = 0; i < 10; i++) {
      deploy();
    }
    assertTrue(
        when(create(new SlugId(id(2)))).orElseThrow().message().startsWith("The app has 10 slugs"));
    rules = rules(WINDOW, 10);
    deploy();
    assertEquals(WINDOW, app().slugs().size());
    decidedAgain();
  }

  @Test
  void aSlugThatIsGoneIsNotCounted() {
    rules = rules(WINDOW, WINDOW);
    SlugId first = deploy();
    deploy();
    deploy();
    when(new AppCommand.RemoveSlug(USER, first));
    upload();
    Refusal refusal = when(create(new SlugId(id(2)))).orElseThrow();
    assertTrue(refusal.message().startsWith("The app has 3 slugs"), refusal.message());
  }

  @Test
  void theSlugsOfADeletedAppAreForgotten() {
    SlugId slug = deploy();
    when(new AppCommand.DeleteApp(USER));
    assertTrue(orders.contains(new AppOrder.RemoveSlugs(List.of(slug))), orders.toString());
    assertTrue(rules.resume(state, Story.START).contains(new AppOrder.RemoveSlugs(List.of(slug))));
  }

  @Test
  void aSlugInUseIsNeverRemovedByAnybody() {
    SlugId slug = deploy();
    assertEquals(
        Refusal.Reason.CONFLICT,
        when(new AppCommand.RemoveSlug(USER, slug)).orElseThrow().reason());
  }
}
