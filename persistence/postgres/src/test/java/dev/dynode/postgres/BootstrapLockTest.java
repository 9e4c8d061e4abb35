package dev.dynode.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who may begin a cluster, as sessions of a real database see it. */
@Timeout(600)
@Tag("cluster")
class BootstrapLockTest {
  private static final Duration LONG = Duration.ofDays(1);
  private final Config config = Server.config();
  private final Postgres postgres;
  private final List<Postgres> nodes = new ArrayList<>();
  private final CountDownLatch over = new CountDownLatch(1);

  BootstrapLockTest() throws IOException {
    postgres = Server.migrated(config);
  }

  @AfterEach
  void close() {
    nodes.forEach(Postgres::close);
    postgres.close();
  }

  private BootstrapLock node(String address) throws IOException {
    return node(address, config);
  }

  private BootstrapLock node(String address, Config config) throws IOException {
    Postgres own = Postgres.open(config);
    nodes.add(own);
    return own.cluster(address, _ -> over.countDown());
  }

  @Test
  void ofManyThatBeginAtOnceOneDoes() throws Exception {
    try (ExecutorService threads = Executors.newCachedThreadPool()) {
      for (int round = 1; round <= 10; round++) {
        List<Callable<Boolean>> attempts = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
          BootstrapLock one = node(round + ":" + i);
          attempts.add(() -> one.members().isEmpty() && one.begin());
        }
        int begun = 0;
        for (Future<Boolean> each : threads.invokeAll(attempts)) {
          begun += each.get() ? 1 : 0;
        }
        assertEquals(1, begun);
        assertEquals(round, number("SELECT max(cluster) FROM member"));
        nodes.forEach(Postgres::close);
        nodes.clear();
      }
    }
  }

  @Test
  void whoWasLetInByAClusterThatIsOverEnds() throws Exception {
    BootstrapLock first = node("a:1");
    BootstrapLock late = node("b:1");
    BootstrapLock second = node("c:1");
    assertTrue(first.begin());
    assertEquals(Set.of("a:1"), late.members());
    assertEquals(Set.of("a:1"), second.members());
    assertFalse(second.begin());
    first.close();
    assertEquals(Set.of(), second.members());
    assertTrue(second.begin());
    assertThrows(IOException.class, late::enter);
    assertFalse(node("d:1").begin());
  }

  @Test
  void whoeverEntersKeepsOthersFromBeginning() throws Exception {
    BootstrapLock first = node("a:1");
    BootstrapLock second = node("b:1");
    assertTrue(first.begin());
    assertEquals(Set.of("a:1"), second.members());
    assertTrue(second.enter());
    first.close();
    assertEquals(Set.of("b:1"), node("c:1").members());
    assertFalse(node("c:1").begin());
  }

  @Test
  void membersThatLostTheirSessionsAreWaitedFor() throws Exception {
    BootstrapLock member = node("a:1");
    assertTrue(member.begin());
    BootstrapLock other = node("b:1");
    assertEquals(Set.of("a:1"), other.members());
    long session = number("SELECT session FROM member");
    run("SELECT pg_terminate_backend(session) FROM member");
    while (number("SELECT session FROM member") == session) {
      assertFalse(other.members().isEmpty() && other.begin());
    }
    assertFalse(other.begin());
    assertEquals(1, over.getCount());
  }

  @Test
  void onlyMembersAreConfirmedAndOnlyWhileTheDatabaseAnswers() throws Exception {
    BootstrapLock member = node("a:1");
    assertTrue(member.confirmedAgo().compareTo(LONG) > 0, "it is no member yet");
    long asked = System.nanoTime();
    assertTrue(member.begin());
    assertTrue(member.confirmedAgo().toNanos() <= System.nanoTime() - asked);
    BootstrapLock other = node("b:1");
    assertEquals(Set.of("a:1"), other.members());
    assertTrue(other.confirmedAgo().compareTo(LONG) > 0, "it is no member yet");
    assertTrue(other.enter());
    for (BootstrapLock each : List.of(member, other)) { // again and again
      Duration before = each.confirmedAgo();
      while (each.confirmedAgo().compareTo(before) >= 0) {
        before = each.confirmedAgo();
        Thread.sleep(20);
      }
      assertEquals(1, each.number());
    }
  }

  @Test
  void membersThatAreOvertakenEnd() throws Exception {
    run("CREATE ROLE cut_off LOGIN SUPERUSER");
    String url = config.getString("dynode.postgres.url").replaceFirst("[?].*", "");
    Config cutOff =
        ConfigFactory.parseMap(
            Map.of("dynode.postgres.user", "cut_off", "dynode.postgres.url", url));
    BootstrapLock member = node("a:1", cutOff.withFallback(config));
    assertTrue(member.begin());
    run("ALTER ROLE cut_off NOLOGIN");
    run("SELECT pg_terminate_backend(session) FROM member");
    BootstrapLock other = node("b:1");
    while (!other.members().isEmpty() || !other.begin()) {
      Thread.sleep(20);
    }
    Duration unconfirmed = member.confirmedAgo();
    assertTrue(unconfirmed.compareTo(Duration.ofSeconds(3)) > 0, unconfirmed::toString);
    run("ALTER ROLE cut_off LOGIN");
    over.await();
    assertTrue(member.confirmedAgo().compareTo(unconfirmed) > 0, "the other one is the newest");
  }

  private void run(String statement) throws SQLException {
    try (Connection connection = postgres.connection();
        Statement change = connection.createStatement()) {
      change.execute(statement);
    }
  }

  private long number(String query) throws SQLException {
    try (Connection connection = postgres.connection();
        Statement statement = connection.createStatement();
        var found = statement.executeQuery(query)) {
      found.next();
      return found.getLong(1);
    }
  }
}
