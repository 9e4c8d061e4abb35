package dev.dynode.edge.api.request;

import static dev.dynode.edge.api.request.ProtocolTest.problem;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dynode.edge.api.request.ApiServer.Reply;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Lists, in parts: twelve releases. */
@Tag("unit")
class PagingTest {
  private static ApiServer api;

  @BeforeAll
  static void start(@TempDir Path folder) throws Exception {
    api = new ApiServer(folder, "dynode.api.page { usual = 5, most = 7 }");
    api.app("paged-app");
    for (int i = 2; i <= 12; i++) {
      api.call("PATCH", "/apps/paged-app/config-vars", "{'N': '" + i + "'}");
    }
  }

  @AfterAll
  static void stop() {
    api.close();
  }

  private static Reply list(String range) throws Exception {
    return range.isEmpty()
        ? api.get("/apps/paged-app/releases")
        : api.get("/apps/paged-app/releases", "Range", range);
  }

  private static List<Integer> versions(Reply reply) {
    var versions = new ArrayList<Integer>();
    reply.json().forEach(release -> versions.add(release.path("version").asInt()));
    return versions;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "version ..; max=1, order=desc | 12 | 12",
        "version ..; order=desc,max=1 | 12 | 12",
        "version ..; max=3; | 1 | 3",
        "version ..;order=desc;max=2 | 12 | 11",
        "version 4..6 | 4 | 6",
        "version ]4..6; max=7 | 5 | 6",
        "version 9..; order=asc | 9 | 12",
        "version ]9..8; order=desc | 8 | 8",
        "version 10..11; odd=1, max=5 | 10 | 11"
      })
  void aRangeIsObeyed(String range, int first, int last) throws Exception {
    Reply reply = list(range);
    List<Integer> expected =
        first <= last
            ? IntStream.rangeClosed(first, last).boxed().toList()
            : IntStream.rangeClosed(last, first).map(i -> first + last - i).boxed().toList();
    assertEquals(expected, versions(reply));
    assertEquals("version " + first + ".." + last, reply.header("content-range"));
    assertEquals("version, id", reply.header("accept-ranges"));
  }

  @Test
  void pagesFollowEachOtherToTheEnd() throws Exception {
    for (String order : new String[] {"", ", order=desc"}) {
      var all = new ArrayList<Integer>();
      String range = "version ..; max=5" + order;
      int pages = 0;
      while (!range.isEmpty()) {
        Reply reply = list(range);
        all.addAll(versions(reply));
        range = reply.header("next-range");
        assertEquals(range.isEmpty() ? 200 : 206, reply.status());
        pages++;
      }
      assertEquals(3, pages);
      List<Integer> expected = IntStream.rangeClosed(1, 12).boxed().toList();
      assertEquals(order.isEmpty() ? expected : expected.reversed(), all);
    }
  }

  @Test
  void aPageThatEndsWithTheListIsTheLast() throws Exception {
    Reply reply = list("version 6..; max=7");
    assertEquals(200, reply.status());
    assertEquals("", reply.header("next-range"));
    assertEquals(5, list("").json().size());
    assertEquals(7, list("id ..; max=1000").json().size());
    Reply none = list("version 13..");
    assertEquals(200, none.status());
    assertTrue(none.json().isArray() && none.json().isEmpty());
    assertEquals("", none.header("content-range"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "version",
        "bytes=0-10",
        "version 1-2",
        "version ..; max=0",
        "version ..; max=many",
        "version ..; order=up"
      })
  void whatIsNoRangeIsNotSatisfiable(String range) throws Exception {
    problem(list(range), 416, "requested_range_not_satisfiable");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/apps", "/apps/paged-app/releases", "/regions", "/dyno-sizes"})
  void aRangeOfWhatTheListHasNotNamesWhatItHas(String path) throws Exception {
    Reply reply = api.get(path, "Range", "nothing ..; max=2");
    problem(reply, 416, "requested_range_not_satisfiable");
    assertTrue(reply.header("accept-ranges").contains("id"), reply.header("accept-ranges"));
    assertTrue(
        reply.json().path("message").asText().contains(reply.header("accept-ranges")),
        () -> reply.json().toString());
    assertTrue(api.get(path, "Range", "id ..; max=1000").status() < 300);
  }

  @Test
  void dynosAndAppsHavePagesToo() throws Exception {
    for (int i = 0; i < 6; i++) {
      api.post("/apps/paged-app/dynos", "{'command': 'x'}");
    }
    for (String path : new String[] {"/apps/paged-app/dynos", "/apps/paged-app/dynos?all=true"}) {
      var ids = new java.util.HashSet<String>();
      Reply first = api.get(path);
      assertEquals(206, first.status());
      ids.addAll(first.json().findValuesAsText("name"));
      Reply second = api.get(path, "Range", first.header("next-range"));
      assertEquals(200, second.status());
      assertEquals(1, second.json().size());
      ids.add(second.json().path(0).path("name").asText());
      assertTrue(ids.size() >= 6);
    }
    Reply apps = api.get("/apps", "Range", "name ..; max=1");
    assertEquals("name paged-app..paged-app", apps.header("content-range"));
  }
}
